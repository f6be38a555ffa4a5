import DurableFiles
import Foundation
import Statistics

extension Report {
  /// The pictures of a section, each where there is enough to see.
  func pictures(_ section: Section) -> [Page.Block] {
    section.groupsBySetting.flatMap { setting, groups in
      [
        forest(setting, section), arithmetic(setting, groups, section),
        overTraining(
          setting, groups, section, "share", "share of the term in the loss, %",
          { $0.shares?["lipschitz"].map { 100 * $0 } }),
        overTraining(
          setting, groups, section, "gradient", "gradient norm of the weighted term",
          { $0.gradientNorms["lipschitz"] }),
        doses(setting, groups, section),
      ].compactMap { $0 }
    }
  }

  private func file(_ kind: String, _ setting: String, _ section: Section) -> String {
    "\(table.id)-\(kind)-\(setting)-\(section.protocolName)-\(section.budget)"
      + (section.isComparable || section.budget != "full" ? "" : "-apart") + mark(section) + ".svg"
  }

  /// What tells apart the pictures of sections that differ in their data alone.
  private func mark(_ section: Section) -> String {
    let alike = sections.count {
      $0.protocolName == section.protocolName && $0.budget == section.budget
        && $0.isComparable == section.isComparable
    }
    return Self.mark(ofDataset: section.dataset, among: alike)
  }

  /// What tells the picture of one data set from those of `count` - 1 others; empty for a single one.
  static func mark(ofDataset dataset: String, among count: Int) -> String {
    count > 1 ? "-" + Digest.sha256(Data(dataset.utf8)).prefix(8) : ""
  }

  private func title(_ what: String, _ setting: String, _ section: Section) -> String {
    "\(what): setting \(setting), protocol \(section.protocolName), budget \(section.budget)"
  }

  private func forest(_ setting: String, _ section: Section) -> Page.Block? {
    let shown = section.contrasts.filter {
      $0.contrast.setting == setting && $0.contrast.withheld == nil
    }
    guard !shown.isEmpty else { return nil }
    let plot = ForestPlot(
      title: title("Paired differences", setting, section),
      xLabel: "difference of the \(table.metrics.main.title), points; shaded: ± \(table.margin)",
      margin: table.margin,
      rows: shown.map { judged in
        .init(
          name: "\(judged.contrast.first.method) − \(judged.contrast.second.method)",
          estimate: judged.contrast.pairs.differences.mean ?? 0, interval: judged.interval,
          note: "n = \(judged.contrast.blocks.count)")
      })
    return .picture(
      file: file("differences", setting, section),
      text: "paired differences of setting \(setting) with 95 % intervals of Student's t",
      svg: plot.svg)
  }

  private func arithmetic(_ setting: String, _ groups: [RecordGroup], _ section: Section)
    -> Page.Block?
  {
    let points = groups.filter { $0.subject.role == .student && $0.subject.trial == nil }
      .compactMap { group -> LinePlot.Series? in
        let results = group.sample(table.metrics.main)
        guard let cost = group.teraOperations.mean, let mean = results.mean else { return nil }
        let half = results.halfInterval95
        return .init(
          name: group.method, points: [(cost, mean)],
          bands: half.map { [.init(x: cost, lower: mean - $0, upper: mean + $0)] } ?? [],
          colour: colour(group, groups), style: .marks)
      }
    guard points.count > 1 else { return nil }
    let plot = LinePlot(
      title: title("What a result costs", setting, section),
      xLabel: "arithmetic of a training with its teacher's passes, TFLOP",
      yLabel: "\(table.metrics.main.title), \(table.metrics.unit), mean with 95 % interval",
      series: points)
    return .picture(
      file: file("arithmetic", setting, section),
      text: "\(table.metrics.main.title) against arithmetic, setting \(setting)", svg: plot.svg)
  }

  private func overTraining(
    _ setting: String, _ groups: [RecordGroup], _ section: Section, _ kind: String,
    _ label: String, _ value: @escaping (RunRecord.Epoch) -> Double?
  ) -> Page.Block? {
    let series = groups.compactMap { group -> LinePlot.Series? in
      let curve = EpochCurve(group, value)
      guard curve.means.count > 1 else { return nil }
      return .init(
        name: group.method, points: curve.points, bands: curve.bands, colour: colour(group, groups))
    }
    guard !series.isEmpty else { return nil }
    let plot = LinePlot(
      title: title("The Lipschitz term over training", setting, section), xLabel: "epoch",
      yLabel: label + "; bands: ± standard deviation", series: series, horizontally: .whole)
    return .picture(
      file: file(kind, setting, section), text: "\(label), setting \(setting)", svg: plot.svg)
  }

  /// Results by alpha, where a table varies it.
  private func doses(_ setting: String, _ groups: [RecordGroup], _ section: Section) -> Page.Block?
  {
    let doses = groups.filter { group in
      group.subject.hasPaperTerm && group.subject.trial == nil
        && group.subject.weights.share == nil
        && (group.subject.isPlain || group.subject.guidance?.variant?.parameter == "alpha")
    }.compactMap { group -> (alpha: Double, group: RecordGroup)? in
      group.subject.weights.alpha.flatMap { $0 > 0 ? ($0, group) : nil }
    }.sorted { $0.alpha < $1.alpha }
    let series = Dictionary(grouping: doses) { $0.group.subject.base ?? "" }
      .sorted { $0.key < $1.key }.compactMap { base, own -> LinePlot.Series? in
        let known = own.compactMap { alpha, group in
          group.sample(table.metrics.main).mean.map { (alpha, $0, group) }
        }
        guard known.count > 2 else { return nil }
        return .init(
          name: own.first { $0.group.subject.isPlain }?.group.subject.method
            ?? "\(base) with the term",
          points: known.map { ($0.0, $0.1) },
          bands: known.compactMap { alpha, mean, group in
            group.sample(table.metrics.main).halfInterval95.map {
              .init(x: alpha, lower: mean - $0, upper: mean + $0)
            }
          }, colour: colour(known[0].2, groups), style: .marks)
      }
    guard !series.isEmpty else { return nil }
    let plot = LinePlot(
      title: title("Dose and response", setting, section), xLabel: "alpha",
      yLabel: "\(table.metrics.main.title), \(table.metrics.unit), mean with 95 % interval",
      series: series, horizontally: .logarithmic)
    return .picture(
      file: file("alpha", setting, section),
      text: "\(table.metrics.main.title) by the weight alpha, setting \(setting)", svg: plot.svg)
  }

  private func colour(_ group: RecordGroup, _ groups: [RecordGroup]) -> Int {
    groups.firstIndex { $0.method == group.method } ?? 0
  }
}

/// Mean and spread over the runs of a row, epoch by epoch, for each epoch that all runs have.
struct EpochCurve {
  let means: [Double]
  private let deviations: [Double?]

  /// Empty where a run has no values.
  init(_ group: RecordGroup, _ value: (RunRecord.Epoch) -> Double?) {
    let runs = group.records.map { $0.epochs.compactMap(value) }
    let samples = (0..<(runs.map(\.count).min() ?? 0)).map { epoch in
      Sample(runs.map { $0[epoch] })
    }
    means = samples.compactMap(\.mean)
    deviations = samples.map(\.standardDeviation)
  }

  /// Epochs, counted from 1, with their means.
  var points: [(Double, Double)] { means.enumerated().map { (Double($0 + 1), $1) } }

  /// One standard deviation on both sides, where there are several runs.
  var bands: [LinePlot.Series.Band] {
    zip(points, deviations).compactMap { point, deviation in
      deviation.map { .init(x: point.0, lower: point.1 - $0, upper: point.1 + $0) }
    }
  }
}
