import Foundation
import Statistics

extension Ledger {
  /// The first page of the reports: claims with their verdicts, then how to read them and what was measured.
  public func page(of pages: [Page]) -> Page {
    var blocks: [Page.Block] = [.paragraph(summary)]
    let tested = findings.filter { $0.place != nil }
    if !tested.isEmpty { blocks.append(.table(table(tested))) }
    blocks += forest
    let untested = findings.filter { $0.place == nil }
    if !untested.isEmpty {
      blocks += [.heading(2, "Not run yet"), .table(table(untested))]
    }
    blocks += [.heading(2, "Verdicts"), .list(Self.reading + looks)]
    blocks += [.heading(2, "What decides each claim"), .list(rules)]
    blocks += [
      .heading(2, "Pages"), .list(pages.map { "[\($0.title)](\($0.name).md)" }),
    ]
    return Page(
      name: "README", title: "Does Lipschitz-guided distillation hold?", blocks: blocks)
  }

  /// The claims for the terminal, by their names.
  public var text: String {
    var text = TextTable([
      "claim", "setting", "verdict", "estimate", "95 % interval", "n", "teachers", "budget",
      "remark",
    ])
    for finding in findings {
      text.add([
        finding.claim.id, finding.setting ?? "all of these", finding.words,
        finding.estimate.map(signed) ?? "-", finding.interval.map(range) ?? "-",
        "\(finding.count)", "\(finding.teachers)", finding.budget ?? "-",
        finding.verdict == .notRun
          ? [finding.setting.map(finding.claim.command), cost(finding)].compactMap { $0 }
            .joined(separator: "; ") : finding.remark ?? "",
      ])
    }
    return text.text
  }

  private func signed(_ value: Double) -> String { String(format: "%+.2f", value) }

  private func range(_ interval: Interval) -> String {
    "\(signed(interval.lower)) to \(signed(interval.upper))"
  }

  private var summary: String {
    let counts = Dictionary(grouping: findings, by: \.verdict.name).mapValues(\.count)
    let order = [
      "reproduced", "refuted", "equivalent", "undecided", "not run", "not comparable",
    ]
    let words = order.compactMap { name in counts[name].map { "\($0) \(name)" } }
    return "Of \(findings.count) claims: " + words.joined(separator: ", ")
      + ". An estimate is how far the claim holds, in percentage points where no remark says otherwise: positive where it does. Every row names its "
      + "evidence and a command that makes runs for it, with the budget's own seeds; --teacher-seeds and --seeds make more."
  }

  private func table(_ findings: [Finding]) -> TextTable {
    var text = TextTable([
      "claim", "setting", "verdict", "estimate", "95 % interval", "n", "teachers", "budget",
      "remark", "evidence", "command",
    ])
    for finding in findings {
      text.add([
        finding.claim.statement, finding.setting ?? "all of these", "**\(finding.words)**",
        finding.estimate.map(signed) ?? "-", finding.interval.map(range) ?? "-",
        "\(finding.count)", "\(finding.teachers)", finding.budget ?? "-", remark(finding),
        finding.place.map {
          "[\(finding.claim.table)](\(finding.claim.table).md#\(Page.anchor($0)))"
        }
          ?? "-",
        finding.setting.map { "`\(finding.claim.command($0))`" } ?? "-",
      ])
    }
    return text
  }

  private func remark(_ finding: Finding) -> String {
    [finding.remark, finding.verdict == .notRun ? cost(finding) : nil].compactMap { $0 }
      .joined(separator: "; ")
  }

  /// What it would cost to run, and how long at the pace of the runs at hand.
  private func cost(_ finding: Finding) -> String? {
    finding.cost.map { operations in
      let hours = operationsPerSecond.map { operations / $0 / 3600 }
      return String(format: "%.0f TFLOP", operations / 1e12)
        + (hours.map { String(format: ", %.1f h at the pace of the runs here", $0) } ?? "")
    }
  }

  private var forest: [Page.Block] {
    let shown = findings.filter {
      $0.interval != nil && $0.estimate != nil && $0.claim.isInPoints
    }
    guard !shown.isEmpty else { return [] }
    let margin = shown.map { self.margin($0.claim) }.min() ?? TableDescription.usualMargin
    let plot = ForestPlot(
      title: "How far each claim holds",
      xLabel:
        "points in favour of the claim; shaded: ± \(margin) points", margin: margin,
      rows: shown.map { finding in
        .init(
          name: "\(finding.claim.id), \(finding.setting ?? "all")", estimate: finding.estimate ?? 0,
          interval: finding.interval, note: "n = \(finding.count), \(finding.verdict.name)")
      })
    return [
      .picture(
        file: "claims.svg", text: "every claim in points that was tested, with its 95 % interval",
        svg: plot.svg)
    ]
  }

  private static let reading = [
    "**reproduced**: the claimed difference is there, p ≤ 0.05.",
    "**refuted**: the opposite is there, p ≤ 0.05.",
    "**equivalent**: two one-sided tests (TOST) at 0.05 say that the difference is smaller than the margin.",
    "**undecided**: neither; where it can be told, with the number of blocks (teacher x seed) that would decide if mean "
      + "and spread stay as they are.",
    "**not run**: nothing tells of it yet; with the command and, where it was counted, its cost.",
    "**not comparable**: the runs there are, are of a budget that cannot decide.",
    "Intervals are Student's t over blocks and are not adjusted; p-values of paired differences, but for the primary "
      + "contrast, are adjusted by Holm's rule over all claims. An interval over one teacher is conditional on that teacher.",
    "Runs of a budget other than full test the claim on that budget's recipe, never the paper's number.",
  ]

  private var looks: [String] {
    primaries.flatMap { primary in
      primary.looks.keys.sorted().compactMap { primary.looksSentence(budget: $0) }
    } + [
      "No other verdict takes account of looks at the results before blocks were added; whoever looks k times asks for "
        + "p ≤ 0.05 / k."
    ]
  }

  private var rules: [String] {
    var seen: Set<String> = []
    return findings.map(\.claim).filter { seen.insert($0.id).inserted }.map { claim in
      "`\(claim.id)`: \(claim.statement) Source: \(claim.source). Rule: \(claim.rule(margin: margin(claim)))."
    }
  }
}

extension Finding {
  /// The verdict with what would decide.
  public var words: String {
    if case .waiting(let blocks) = verdict { return "undecided until n = \(blocks)" }
    guard case .undecided(let blocks?) = verdict, blocks > count else { return verdict.name }
    return "undecided: n = \(blocks) would decide"
  }
}
