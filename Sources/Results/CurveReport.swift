import Foundation
import JSON

/// Training and validation curves of a method with and without the Lipschitz term, from the runs of a table.
public struct CurveReport {
  /// The curves of one setting, protocol and budget.
  struct Panel {
    let figure: TableDescription
    let setting: String
    let protocolName: String
    let budget: String
    let isComparable: Bool
    /// Runs by method.
    let groups: [RecordGroup]
  }

  private let figure: TableDescription
  let panels: [Panel]

  /// Takes the finished runs of the method `base` in a table, with and without the term, where a setting has both.
  public init(_ figure: TableDescription, records: [RunRecord], of table: String, base: String) {
    self.figure = figure
    let own = records.filter {
      $0.table == table && $0.subject.base == base && $0.subject.isPlain
        && $0.subject.guidance?.control == nil && $0.status == .finished
    }
    let places = Dictionary(grouping: own) {
      [$0.budget, $0.protocolName, $0.setting, $0.isComparable ? "paper" : "apart"]
    }
    panels = places.sorted { $0.key.lexicographicallyPrecedes($1.key) }.compactMap { key, records in
      let groups = RecordGroup.groups(of: records)
      let forms = groups.map(\.subject.guidance?.form)
      guard forms.contains(nil), forms.contains(.differentiable) else { return nil }
      return Panel(
        figure: figure, setting: key[2], protocolName: key[1], budget: key[0],
        isComparable: records.allSatisfy(\.isComparable), groups: groups)
    }
  }

  /// Whether no setting has both methods.
  public var isEmpty: Bool { panels.isEmpty }

  /// The figures as SVG, with their names.
  public var plots: [(name: String, svg: String)] {
    panels.map { ($0.name, $0.plot.svg) }
  }

  /// The figures with their numbers.
  public var markdown: String {
    var lines = ["# \(figure.id): \(figure.title)"]
    if let note = figure.note { lines += ["", note] }
    for panel in panels { lines += [""] + panel.lines }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The curves in full.
  public var json: String {
    JSONValue.object([
      "figure": .string(figure.id), "unit": .string(figure.metrics.unit),
      "panels": .array(panels.map(\.value)),
    ]).indented
  }
}

extension CurveReport.Panel {
  /// One curve: a value per epoch.
  struct Curve {
    let method: String
    let part: String
    let values: [Double]
  }

  var name: String {
    "\(figure.id)-\(setting)-\(protocolName)-\(budget)" + (isSetApart ? "-apart" : "")
  }

  /// Whether runs of the full budget are not of the paper's recipe.
  private var isSetApart: Bool { budget == "full" && !isComparable }

  private var metric: Metric { figure.metrics.main }

  var curves: [Curve] {
    groups.flatMap { group in
      [
        Curve(
          method: group.method, part: "training",
          values: group.means { $0.trainingMeasures?[metric] }),
        Curve(method: group.method, part: "test", values: group.means { $0.measures[metric] }),
      ]
    }.filter { !$0.values.isEmpty }
  }

  var plot: LinePlot {
    LinePlot(
      title: "setting \(setting), protocol \(protocolName), budget \(budget)", xLabel: "epoch",
      yLabel: "\(metric.title), \(figure.metrics.unit)",
      series: curves.map {
        .init(
          name: "\($0.method), \($0.part)",
          points: $0.values.enumerated().map { (Double($0 + 1), $1) },
          colour: groups.map(\.method).firstIndex(of: $0.method) ?? 0, isDashed: $0.part != "test")
      })
  }

  var lines: [String] {
    let epochs = curves.map(\.values.count).max() ?? 0
    let seeds = groups.map { group in
      "\(group.method): " + group.records.map { String($0.rootSeed) }.joined(separator: ", ")
    }
    var lines = ["## Setting \(setting), protocol \(protocolName), budget \(budget)", ""]
    if !isComparable { lines += ["**This is not the paper's recipe.**", ""] }
    lines += ["Seeds of " + seeds.joined(separator: "; "), "", "![curves](\(name).svg)", ""]
    var table = TextTable(["epoch"] + curves.map { "\($0.method), \($0.part)" })
    for epoch in 0..<epochs {
      table.add(
        ["\(epoch + 1)"]
          + curves.map {
            epoch < $0.values.count ? String(format: "%.2f", $0.values[epoch]) : "-"
          })
    }
    return lines + table.markdown
  }

  var value: JSONValue {
    .object([
      "setting": .string(setting), "protocol": .string(protocolName), "budget": .string(budget),
      "curves": .array(
        curves.map {
          .object([
            "method": .string($0.method), "part": .string($0.part),
            "values": .array($0.values.map { .number($0) }),
          ])
        }),
    ])
  }
}

extension RecordGroup {
  /// Mean over seeds for each epoch that all runs have; empty where a run has no values.
  fileprivate func means(_ value: (RunRecord.Epoch) -> Double?) -> [Double] {
    let runs = records.map { $0.epochs.compactMap(value) }
    let epochs = runs.map(\.count).min() ?? 0
    return (0..<epochs).map { epoch in
      runs.reduce(0) { $0 + $1[epoch] } / Double(runs.count)
    }
  }
}
