import Results
import Statistics
import Testing

struct ReportTests {
  private let references = [
    ReferenceCell(
      table: "table2", setting: "c", column: "ofd", printed: "24.08", unit: "%", grade: .a,
      source: "repository"),
    ReferenceCell(
      table: "table2", setting: "c", column: "kd", printed: "26.47", unit: "%", grade: .d,
      source: "remembered"),
    ReferenceCell(
      table: "table2", setting: "a", column: "london", printed: nil, unit: "%", grade: .unknown,
      source: "none"),
  ]

  private func report(_ records: [RunRecord]) -> Report {
    Report(table: "table2", records: records, references: references)
  }

  private func records(budget: String = "full") -> [RunRecord] {
    [
      makeRecord(method: "teacher", seed: 0, error: 21, budget: budget),
      makeRecord(method: "kd", seed: 0, error: 26, budget: budget),
      makeRecord(method: "ofd", seed: 0, error: 24, budget: budget),
      makeRecord(method: "ofd", seed: 1, error: 25, budget: budget),
      makeRecord(method: "london", seed: 0, error: 23.5, budget: budget),
      makeRecord(method: "london", seed: 1, error: 24.25, budget: budget),
      makeRecord(method: "london", seed: 0, error: 20, budget: budget, setting: "a"),
    ]
  }

  @Test("the order of the records does not change a byte")
  func deterministic() {
    let first = report(records())
    let second = report(records().reversed())
    #expect(first.markdown == second.markdown)
    #expect(first.json == second.json)
  }

  @Test("paper values carry their grade, and unknown stays unknown")
  func grades() {
    let text = report(records()).markdown
    #expect(text.contains("| c | ofd | 24.08 (A) | 24.50 ± 0.71 | 2 |"))
    #expect(text.contains("<sub>26.47 (D, remembered)</sub>"))
    #expect(text.contains("| a | london | n/a (not available) |"))
  }

  @Test("a reduced result never stands beside a paper value", arguments: ["reduced", "smoke"])
  func reduced(budget: String) {
    let report = report(records(budget: budget))
    #expect(!report.markdown.contains("24.08"))
    #expect(!report.json.contains("24.08"))
    #expect(report.markdown.contains("not comparable"))
  }

  @Test("differences are paired by seed and have an interval")
  func differences() {
    let text = report(records()).markdown
    // -0.5 and -0.75: mean -0.625, half interval 12.706 * 0.1768 / sqrt 2.
    #expect(text.contains("| c | london − ofd | -0.62 | ± 1.59 | 0, 1 | -0.50, -0.75 |"))
  }

  private func epochs(_ errors: [Double]) -> [RunRecord.Epoch] {
    errors.enumerated().map { epoch, error in
      .init(
        epoch: epoch, learningRate: 0.1, losses: [:], gradientNorms: [:],
        shares: ["lipschitz": 0.25], trainingMeasures: [.top1Error: error / 2],
        measures: [.top1Error: error, .top5Error: 0], seconds: 1, imagesPerSecond: 1)
    }
  }

  @Test("an ablation stands beside the cells that it starts from, with its measured share")
  func ablation() {
    var variant = makeRecord(method: "london share=0.2", seed: 0, error: 23)
    variant.table = "table6"
    variant.epochs = epochs([50, 40])
    let report = Report(table: "table6", records: records() + [variant], references: [])
    let text = report.markdown
    #expect(text.contains("| c | teacher |") && text.contains("Teacher of setting c"))
    #expect(text.contains("| c | ofd |") && text.contains("| c | london |"))
    #expect(!text.contains("| c | kd |") && !text.contains("| a | london |"))
    #expect(text.contains("| c | london share=0.2 | 25 | 25 | 23.00 |"))
    #expect(text.contains("| c | london share=0.2 − ofd | -1.00 |"))
  }

  @Test("the report of trials names each method's choice")
  func choice() {
    let trials = [("kd weight=0.5", 30.0), ("kd weight=0.9", 29), ("kd weight=1.0", 29)].map {
      var record = makeRecord(method: $0, seed: 0, error: $1)
      record.table = "tune"
      return record
    }
    let text = Report(table: "tune", records: trials, references: []).markdown
    #expect(text.contains("| c | kd | 0.9 | 3 |"))
  }

  @Test("the figure draws OFD and LONDON, the same bytes for any order")
  func figure() throws {
    let runs = records().map { record in
      var record = record
      record.epochs = epochs([60, record.result ?? 0])
      return record
    }
    let figure = CurveReport(records: runs)
    let plot = try #require(figure.plots.first)
    #expect(figure.plots.count == 1 && plot.name == "figure2-c-equal-full")
    #expect(figure.markdown == CurveReport(records: runs.reversed()).markdown)
    #expect(plot.svg == CurveReport(records: runs.reversed()).plots.first?.svg)
    #expect(plot.svg.contains("london, training") && plot.svg.contains("ofd, test"))
    #expect(figure.markdown.contains("| 2 | 12.25 | 24.50 | 11.94 | 23.88 |"))
    #expect(CurveReport(records: records().filter { $0.method != "ofd" }).isEmpty)
  }

  @Test("a run that is not finished is named and left out")
  func unfinished() {
    var open = makeRecord(method: "student", seed: 0, error: 1)
    open.status = .failed
    open.message = "the loss became nan"
    let text = report(records() + [open]).markdown
    #expect(text.contains("c student seed 0: failed after 0 epochs: the loss became nan"))
    #expect(!text.contains("| c | student |"))
  }

  @Test(
    "Student's t gives the tabulated intervals", arguments: [(2, 12.706), (5, 2.776), (30, 2.045)])
  func interval(count: Int, quantile: Double) throws {
    let sample = Sample((0..<count).map(Double.init))
    let deviation = try #require(sample.standardDeviation)
    let half = try #require(sample.halfInterval95)
    #expect(abs(half - quantile * deviation / Double(count).squareRoot()) < 1e-3 * half)
  }
}
