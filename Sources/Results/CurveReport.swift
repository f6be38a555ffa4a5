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
    /// What tells apart panels that differ in their data alone.
    let mark: String
  }

  private let figure: TableDescription
  let panels: [Panel]

  /// Takes the finished runs of the method `base` in a table, with and without the term, where a setting has both.
  public init(_ figure: TableDescription, records: [RunRecord], of table: String, base: String) {
    self.figure = figure
    let known = KnownTeachers(records)
    let own = records.filter {
      $0.table == table && $0.subject.base == base && $0.subject.isPlain
        && $0.subject.guidance?.control == nil && $0.status == .finished
    }
    let places = Dictionary(grouping: own) {
      [$0.budget, $0.protocolName, $0.setting, $0.isComparable ? "paper" : "apart", $0.dataset]
    }
    panels = places.sorted { $0.key.lexicographicallyPrecedes($1.key) }.compactMap { key, records in
      let groups = RecordGroup.groups(of: records, known)
      let forms = groups.map(\.subject.guidance?.form)
      guard forms.contains(nil), forms.contains(.differentiable) else { return nil }
      return Panel(
        figure: figure, setting: key[2], protocolName: key[1], budget: key[0],
        isComparable: records.allSatisfy(\.isComparable), groups: groups,
        mark: Report.mark(
          ofDataset: key[4], among: places.keys.count { $0.dropLast() == key.dropLast() }))
    }
  }

  /// Whether no setting has both methods.
  public var isEmpty: Bool { panels.isEmpty }

  /// The figures with their numbers.
  public var page: Page {
    var blocks: [Page.Block] = []
    if let note = figure.note { blocks.append(.paragraph(note)) }
    for panel in panels { blocks += panel.blocks }
    return Page(name: figure.id, title: "\(figure.id): \(figure.title)", blocks: blocks)
  }

  /// The page as Markdown.
  public var markdown: String { page.markdown }

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
    let points: EpochCurve
    let colour: Int
    var values: [Double] { points.means }
  }

  var name: String {
    "\(figure.id)-\(setting)-\(protocolName)-\(budget)" + (isSetApart ? "-apart" : "") + mark
  }

  /// Whether runs of the full budget are not of the paper's recipe.
  private var isSetApart: Bool { budget == "full" && !isComparable }

  private var metric: Metric { figure.metrics.main }

  var curves: [Curve] {
    groups.enumerated().flatMap { index, group in
      [
        Curve(
          method: group.method, part: "training",
          points: EpochCurve(group) { $0.trainingMeasures?[metric] }, colour: index),
        Curve(
          method: group.method, part: "test", points: EpochCurve(group) { $0.measures[metric] },
          colour: index),
      ]
    }.filter { !$0.values.isEmpty }
  }

  private var plot: LinePlot {
    LinePlot(
      title: "Setting \(setting), protocol \(protocolName), budget \(budget)", xLabel: "epoch",
      yLabel: "\(metric.title), \(figure.metrics.unit); bands: ± standard deviation over runs",
      series: curves.map {
        .init(
          name: "\($0.method), \($0.part)", points: $0.points.points, bands: $0.points.bands,
          colour: $0.colour, style: $0.part == "test" ? .line : .dashes)
      }, horizontally: .whole)
  }

  var blocks: [Page.Block] {
    let epochs = curves.map(\.values.count).max() ?? 0
    let seeds = groups.map { group in
      "\(group.method): " + group.records.map { String($0.rootSeed) }.joined(separator: ", ")
    }
    var blocks: [Page.Block] = [
      .heading(2, "Setting \(setting), protocol \(protocolName), budget \(budget)"),
      .picture(file: "\(name).svg", text: "curves of setting \(setting)", svg: plot.svg),
    ]
    if !isComparable { blocks.append(.paragraph("**This is not the paper's recipe.**")) }
    blocks.append(.paragraph("Seeds of " + seeds.joined(separator: "; ")))
    var table = TextTable(["epoch"] + curves.map { "\($0.method), \($0.part)" })
    for epoch in 0..<epochs {
      table.add(
        ["\(epoch + 1)"]
          + curves.map {
            epoch < $0.values.count ? String(format: "%.2f", $0.values[epoch]) : "-"
          })
    }
    return blocks + [.table(table)]
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
