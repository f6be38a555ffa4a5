import Foundation
import JSON
import Statistics

/// Whether the students' constants come closer to their teachers', for every method, and whether those that come closer gain
/// more: what the Lipschitz term claims. From the records of runs alone.
public struct ConstantsReport {
  /// What the runs of one method in one place have in common.
  struct Place: Hashable {
    let table: String
    let setting: String
    let protocolName: String
    let budget: String
  }

  /// The runs of one method over seeds.
  public struct Row: Sendable {
    /// The method with its variant.
    public let method: String
    /// Seeds whose runs were measured.
    public let seeds: [UInt64]
    /// Modules between neighbouring taps, from the input on.
    public let modules: [Module]
    /// Mean over seeds of the result less that of the method without the term, or of the student alone, of the same seed: above
    /// 0 where the method is better. Nil where that did not run.
    public let gain: Double?
    /// Correlation over seeds of the gain with the distance at the end, mean over modules; nil for fewer than three seeds.
    public let correlation: Double?
    /// Mean over seeds of the cosine of the Lipschitz term's first gradient with other terms', in the last epoch.
    public let cosines: [String: Double]
    /// Mean over seeds of the share of the connectors in the squared length of the Lipschitz term's gradient, in the last epoch.
    public let connectorShare: Double?
  }

  /// Means over seeds of |student - teacher| over the teacher's mean.
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
        && $0.epochs.last?.lipschitz?.modules.first?.rawDistance != nil
    }
    let gains = Gains(records)
    let grouped = Dictionary(grouping: own) {
      Place(
        table: $0.table, setting: $0.setting, protocolName: $0.protocolName, budget: $0.budget)
    }
    places = grouped.sorted { $0.key.text < $1.key.text }.map { place, runs in
      let methods = Dictionary(grouping: runs, by: \.method).sorted { $0.key < $1.key }
      return (place, methods.map { Row($0, $1.sorted { $0.rootSeed < $1.rootSeed }, gains) })
    }
  }

  /// Whether no run was measured.
  public var isEmpty: Bool { places.isEmpty }
}

extension ConstantsReport.Place {
  var text: String { "\(table), setting \(setting), protocol \(protocolName), budget \(budget)" }

  init(_ record: RunRecord) {
    self.init(
      table: record.table, setting: record.setting, protocolName: record.protocolName,
      budget: record.budget)
  }
}

/// Results beside those of the same seed without what is to be judged.
private struct Gains {
  private struct Key: Hashable {
    let place: ConstantsReport.Place
    let seed: UInt64
    /// Nil for the student that learns alone.
    let method: String?
  }

  private var results: [Key: Double] = [:]

  init(_ records: [RunRecord]) {
    for record in records where record.status == .finished && record.subject.isPlain {
      guard let result = record.result else { continue }
      let method = record.subject.learnsAlone ? nil : record.method
      results[Key(place: .init(record), seed: record.rootSeed, method: method)] = result
    }
  }

  /// How much better a run is than its base, %; the base of a plain method is the student alone.
  func gain(_ record: RunRecord) -> Double? {
    let base = record.subject.guidance == nil ? nil : record.subject.base
    let key = Key(place: .init(record), seed: record.rootSeed, method: base)
    guard let own = record.result, let other = results[key] else { return nil }
    return record.metrics.main.isError ? other - own : own - other
  }
}

extension ConstantsReport.Row {
  /// The name of the Lipschitz term.
  private static let term = "lipschitz"

  fileprivate init(_ method: String, _ runs: [RunRecord], _ gains: Gains) {
    self.method = method
    seeds = runs.map(\.rootSeed)
    let count = runs.compactMap { $0.epochs.last?.lipschitz?.modules.count }.min() ?? 0
    modules = (0..<count).map { .init($0, runs) }
    let known = runs.compactMap { run in
      gains.gain(run).flatMap { gain in
        run.epochs.last?.lipschitz.map { (gain: gain, distance: $0.meanDistance) }
      }
    }
    gain = known.isEmpty ? nil : known.reduce(0) { $0 + $1.gain } / Double(known.count)
    correlation = Correlation.linear(known.map(\.gain), known.map(\.distance))
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
  /// Mean over modules of the distance that the term sees, or of the raw one without connectors.
  public var meanDistance: Double {
    let distances = modules.compactMap { $0.connectedDistance ?? $0.rawDistance }
    return distances.isEmpty ? .nan : distances.reduce(0, +) / Double(distances.count)
  }
}
