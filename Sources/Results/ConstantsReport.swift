import Foundation
import JSON
import Statistics

/// Whether the students' constants come closer to their teachers', for every method, and whether those that come closer gain
/// more: what the Lipschitz term claims. From the records of runs alone.
public struct ConstantsReport {
  /// What runs have in common that stand side by side, whichever table asked for them.
  struct Place: Hashable {
    let setting: String
    let protocolName: String
    let budget: String
    let dataset: String
    /// Whether they are of the paper's recipe.
    let isComparable: Bool
  }

  /// The runs of one method over blocks.
  public struct Row: Sendable {
    /// The method with its variant.
    public let method: String
    /// Runs that were measured.
    public let count: Int
    /// Modules between neighbouring taps, from the input on.
    public let modules: [Module]
    /// Mean over blocks of the result less that of the method without the term, or of the student alone: above 0 where the
    /// method is better. Nil where that did not run.
    public let gain: Double?
    /// Correlation over blocks of the gain with the distance at the end, mean over modules, behind connectors where there are
    /// some; nil for fewer than three blocks.
    public let correlation: Double?
    /// Mean over runs of the cosine of the Lipschitz term's first gradient with other terms', in the last epoch.
    public let cosines: [String: Double]
    /// Mean over runs of the share of the connectors in the squared length of the Lipschitz term's gradient, in the last epoch.
    public let connectorShare: Double?
  }

  /// Means over runs of |student - teacher| over the teacher's mean.
  public struct Module: Sendable {
    /// Of the student's own maps, before training, halfway and after it.
    public let raw: [Double]
    /// With the front map behind its connector; empty without connectors.
    public let connected: [Double]
  }

  let places: [(place: Place, rows: [Row])]

  /// Takes the records of any runs; those that were not measured, or are not finished, are left out.
  public init(_ records: [RunRecord]) {
    let own = records.filter {
      $0.status == .finished && $0.subject.role == .student && $0.subject.trial == nil
    }
    let teachers = KnownTeachers(records)
    let grouped = Dictionary(grouping: own, by: Place.init)
    places = grouped.sorted { $0.key.text < $1.key.text }.compactMap { place, runs in
      let groups = RecordGroup.groups(of: runs, teachers)
      let rows = groups.compactMap { Row($0, among: groups) }
      return rows.isEmpty ? nil : (place, rows)
    }
  }

  /// Whether no run was measured.
  public var isEmpty: Bool { places.isEmpty }
}

extension ConstantsReport.Place {
  var text: String {
    "setting \(setting), protocol \(protocolName), budget \(budget), data \(dataset)"
      + (isComparable ? ", the paper's recipe" : "")
  }

  init(_ record: RunRecord) {
    self.init(
      setting: record.setting, protocolName: record.protocolName, budget: record.budget,
      dataset: record.dataset, isComparable: record.isComparable)
  }
}

extension ConstantsReport.Row {
  /// The name of the Lipschitz term.
  private static let term = "lipschitz"

  /// Nil for a row of which nothing was measured.
  fileprivate init?(_ group: RecordGroup, among groups: [RecordGroup]) {
    let runs = group.records.filter {
      $0.epochs.last?.lipschitz?.modules.first?.rawDistance != nil
    }
    guard !runs.isEmpty else { return nil }
    method = group.method
    self.count = runs.count
    let count = runs.compactMap { $0.epochs.last?.lipschitz?.modules.count }.min() ?? 0
    modules = (0..<count).map { .init($0, runs) }
    let contrast = group.contrastWithBase(among: groups)
    gain = contrast?.gain.differences.mean
    correlation = contrast.flatMap { contrast in
      let bySeed = group.learnsAlone != contrast.second.learnsAlone
      let seen = group.values(.connectedDistance, bySeed: bySeed)
      let distances = seen.isEmpty ? group.values(.constantDistance, bySeed: bySeed) : seen
      let known = zip(contrast.blocks, contrast.gain.differences.values).compactMap { block, gain in
        distances[block].map { (gain, $0) }
      }
      return Correlation.linear(known.map(\.0), known.map(\.1))
    }
    let gradients = runs.compactMap { $0.epochs.last?.gradients }
    var cosines: [String: [Double]] = [:]
    for cosine in gradients.flatMap(\.cosines) {
      if cosine.first == Self.term { cosines[cosine.second, default: []].append(cosine.value) }
      if cosine.second == Self.term { cosines[cosine.first, default: []].append(cosine.value) }
    }
    self.cosines = cosines.mapValues { $0.reduce(0, +) / Double($0.count) }
    let shares = gradients.flatMap(\.terms).filter { $0.name == Self.term }.compactMap { term in
      let (body, connectors) = (term.body * term.body, term.connectors * term.connectors)
      return body + connectors > 0 ? connectors / (body + connectors) : nil
    }
    connectorShare = shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
  }
}

extension RecordGroup {
  /// The row beside the same method without the Lipschitz term, or beside the student alone; of several such rows the one
  /// with most blocks in common, nil without any.
  fileprivate func contrastWithBase(among groups: [RecordGroup]) -> Contrast? {
    groups.filter { other in
      guard subject.guidance != nil else { return !learnsAlone && other.learnsAlone }
      return other.subject.isPlain && other.subject.guidance == nil
        && other.subject.base == subject.base
    }.map { Contrast(self, $0, among: groups) }.filter { !$0.blocks.isEmpty }
      .reduce(nil) { best, next in
        best.map { $0.blocks.count >= next.blocks.count ? $0 : next } ?? next
      }
  }
}

extension ConstantsReport.Module {
  fileprivate init(_ index: Int, _ runs: [RunRecord]) {
    func means(_ value: (RunRecord.Lipschitz.Module) -> Double?) -> [Double] {
      let rows = runs.compactMap { run -> [Double]? in
        let stages = [
          run.lipschitzAtStart, run.epochs[run.epochs.count / 2].lipschitz,
          run.epochs.last?.lipschitz,
        ]
        let values = stages.compactMap { stage in
          stage.flatMap { $0.modules.indices.contains(index) ? value($0.modules[index]) : nil }
        }
        return values.count == stages.count ? values : nil
      }
      guard let first = rows.first else { return [] }
      return first.indices.map { stage in
        rows.reduce(0) { $0 + $1[stage] } / Double(rows.count)
      }
    }
    raw = means(\.rawDistance)
    connected = means(\.connectedDistance)
  }
}

extension RunRecord.Lipschitz {
  /// Mean of a distance over modules; nil where one of them has none.
  func mean(_ distance: (Module) -> Double?) -> Double? {
    let distances = modules.compactMap(distance).filter(\.isFinite)
    guard distances.count == modules.count else { return nil }
    return Sample(distances).mean
  }
}
