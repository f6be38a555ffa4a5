import Foundation
import JSON
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
    Report(description, records: records, references: references)
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
    #expect(text.contains("| c | ofd | 24.08 (A) | 24.50 ± 0.71 | 2 | 1 | 23.50 ± 0.71 (-1.00) |"))
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

  @Test("differences are paired by block, with an interval, tests and a verdict")
  func differences() throws {
    let third = [
      makeRecord(method: "ofd", seed: 2, error: 24.5),
      makeRecord(method: "london", seed: 2, error: 23.9),
    ]
    let text = report(records() + third).markdown
    // -0.5, -0.75 and -0.6 by scipy.stats.ttest_rel: mean -0.6167, interval -0.9292 to -0.3041, p 0.0136.
    let row = try #require(text.split(separator: "\n").first { $0.contains("| london − ofd |") })
    #expect(row.contains("| -0.62 | -0.93 to -0.30 | - | 0.014 | 0.250 |"), "\(row)")
    #expect(row.hasSuffix("| 3 | 1 | london better |"))
  }

  @Test("no difference is printed of fewer than three blocks, and the page says so")
  func fewBlocks() {
    let report = report(records())
    #expect(!report.markdown.contains("| c | london − ofd |"))
    #expect(
      report.markdown.contains(
        "Setting c, withheld: n = 2, and below n = 3 no difference is printed: london − ofd"))
    #expect(!report.json.contains("-0.625"))
  }

  private func blocks(_ methods: [String: [Double]]) -> [RunRecord] {
    methods.flatMap { method, errors in
      errors.enumerated().map { makeRecord(method: method, seed: UInt64($0), error: $1) }
    }
  }

  @Test("no difference is printed where the teacher does not beat the student alone")
  func weakTeacher() {
    let rows = ["ofd": [50.0, 51, 52], "london": [49.0, 50, 52]]
    let shown = blocks(rows.merging(["student": [60, 61, 62]]) { $1 })
    #expect(report(shown).markdown.contains("| london − ofd | -0.67 |"))
    let weak = blocks(rows.merging(["student": [40, 41, 42]]) { $1 })
    #expect(!report(weak).markdown.contains("| london − ofd |"))
    #expect(
      report(weak).markdown.contains(
        "the teacher (50.00) is not better than the student alone (41.00)"))
  }

  @Test(
    "the blocks that would decide are more than there are, also where only Holm's rule stands in the way"
  )
  func blocksThatWouldDecide() throws {
    let text = report(
      blocks([
        "london": [50.0, 50, 50, 50], "ofd": [51.0, 50.2, 51.2, 50.6],
        "at": [51.1, 50.3, 51.4, 50.5], "kd": [51.3, 50.1, 51.2, 50.9],
      ])
    ).markdown
    let needed = text.matches(of: /undecided; n = (\d+) would decide/).compactMap { Int($0.1) }
    #expect(needed.count >= 3 && needed.allSatisfy { $0 > 4 }, "\(needed)")
  }

  @Test("no difference is printed that few test images tell", arguments: [99, 100])
  func fewImages(count: Int) {
    let rows = blocks(["ofd": [50.0, 51, 52], "london": [49.0, 50, 52]]).map { record in
      var record = record
      record.testImages = count
      return record
    }
    let text = report(rows).markdown
    #expect(text.contains("| london − ofd | -0.67 |") == (count == 100))
    #expect(
      text.contains("withheld: 99 test images, and below 100 no difference is printed")
        == (count == 99))
  }

  @Test("no difference is printed of a row that says the same of every image")
  func constantPredictor() {
    let rows = blocks(["ofd": [50.0, 51, 52], "london": [49.0, 50, 52]]).map { record in
      var record = record
      record.evaluation = evaluation(choices: record.method == "ofd" ? 1 : 7)
      return record
    }
    let text = report(rows).markdown
    #expect(!text.contains("| london − ofd |"))
    #expect(text.contains("withheld: ofd is no better than a constant predictor: london − ofd"))
  }

  @Test("a row that gets no more than chance is such a row, whatever its network says")
  func noBetterThanChance() {
    func page(chance: Double) -> String {
      report(
        blocks(["ofd": [50.0, 51, 52], "london": [49.0, 50, 51]]).map { record in
          var record = record
          record.constantPredictor = [.top1Error: chance]
          return record
        }
      ).markdown
    }
    #expect(page(chance: 52).contains("withheld: ofd is no better than a constant predictor"))
    #expect(page(chance: 52).contains("what the best constant predictor gets: 52.00 %"))
    #expect(page(chance: 52.01).contains("| london − ofd | -1.00 |"))
  }

  private func evaluation(choices: Int) -> FinalEvaluation {
    FinalEvaluation(
      checkpoint: "ef", images: 8, correct: Data([0b1111]), predictions: "aa", choices: choices,
      constantPredictor: [.top1Error: 99], calibrationError: 3,
      fidelity: .init(agreement: 80, divergence: 0.5),
      corruptions: [.init(kind: "noise", strength: 1, error: 60)])
  }

  @Test("chance, agreement, calibration and worse images stand on the page once they are known")
  func quality() {
    let rows = blocks(["ofd": [50.0, 51, 52]]).map { record in
      var record = record
      record.evaluation = evaluation(choices: 7)
      return record
    }
    let text = report(rows).markdown
    #expect(text.contains("what the best constant predictor gets: 99.00 %"))
    #expect(text.contains("| c | ofd | 80.00 ± 0.00 | 0.5 | 3.00 ± 0.00 | 60.00 ± 0.00 |"))
    #expect(report(records()).markdown.contains("constant predictor gets: not measured"))
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
    var variant = makeRecord(method: "london", seed: 0, error: 23)
    variant.table = "table6"
    variant.subject.name = "london share=0.2"
    variant.subject.weights = .init(loss: 1, share: 0.2)
    variant.subject.guidance?.variant = .init(parameter: "share", value: .number(0.2))
    variant.epochs = epochs([50, 40])
    let text = Report(ablationTable, records: records() + [variant], references: []).markdown
    #expect(text.contains("| c | teacher |") && text.contains("Teacher of setting c"))
    #expect(text.contains("| c | ofd |") && text.contains("| c | london |"))
    #expect(!text.contains("| c | kd |") && !text.contains("| a | london |"))
    #expect(text.contains("| c | london share=0.2 | 25 | 25 | 23.00 |"))
    #expect(text.contains("london share=0.2 − ofd") && text.contains("london share=0.2 − london"))
    #expect(text.contains("| loss 1.0, share 0.2 |") && text.contains("| loss 1.0, alpha 0.25 |"))
  }

  @Test("the report of trials names each method's choice, and one that diverged has lost")
  func choice() {
    let trials = [(0.5, 30.0), (0.9, 29), (1.0, 29), (4.0, 1)].map { weight, error in
      var record = makeRecord(
        method: "kd", seed: 0, error: error, configuration: ["loss_weight": .number(weight)])
      record.table = "tune"
      record.subject.name = "any name"
      record.subject.trial = .init(term: .loss, weight: weight)
      if weight == 4 { record.status = .diverged }
      return record
    }
    let tune = TableDescription(
      id: "tune", title: "choice", metrics: .classification, methods: ["kd"])
    let text = Report(tune, records: trials, references: []).markdown
    #expect(text.contains("| c | kd | - | 0.9 | 4 |"))
  }

  @Test("runs whose configurations differ in more than the seed are rows of their own")
  func unequal() {
    let rows = [(0, 24.0, 0.0625), (1, 25.0, 0.25)].map { seed, error, alpha in
      makeRecord(
        method: "london", seed: UInt64(seed), error: error,
        configuration: ["alpha": .number(alpha)])
    }
    let text = report(records().filter { $0.method == "ofd" } + rows).markdown
    #expect(text.contains("| c | london (alpha 0.0625) | - | 24.00 | 1 |"))
    #expect(text.contains("| c | london (alpha 0.25) | - | 25.00 | 1 |"))
    #expect(text.contains("london (alpha 0.25) − ofd"))
  }

  @Test("students of teachers that differ in their seeds alone are blocks of one row")
  func teacherSeeds() {
    let rows = (0..<2).flatMap { teacher -> [RunRecord] in
      var own = makeRecord(method: "teacher", seed: UInt64(teacher), error: 20)
      own.last?.sha256 = "checkpoint \(teacher)"
      let students = (0..<3).map { seed in
        var student = makeRecord(
          method: "kd", seed: UInt64(seed), error: 25 + Double(teacher + seed),
          configuration: ["teacher": .string(own.configurationHash)])
        student.configurationHash += "-\(teacher)"
        student.teacher = .init(
          configurationHash: own.configurationHash, checkpointHash: "checkpoint \(teacher)",
          measures: [.top1Error: 20])
        return student
      }
      return [own] + students
    }
    let text = report(rows).markdown
    #expect(text.contains("| c | kd | <sub>26.47 (D, remembered)</sub> | 26.50 ± 1.05 | 6 | 2 |"))
  }

  @Test("students of two checkpoints of one teacher are not averaged")
  func teachers() {
    var other = makeRecord(method: "kd", seed: 1, error: 30)
    other.teacher?.checkpointHash = "ef"
    let text = report(records() + [other]).markdown
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| c | kd (") }
    #expect(rows.count == 2 && rows.count { $0.contains("teacher_checkpoint cd)") } == 1)
  }

  @Test("a second record of a seed is no second observation")
  func repeats() {
    var again = makeRecord(method: "kd", seed: 0, error: 40)
    again.configurationHash = "kd-c-0-again"
    let text = report(records() + [again]).markdown
    #expect(text.contains("| 26.00 | 1 | 1 |"))
    #expect(text.contains("- c kd seed 0: finished after 0 epochs"))
  }

  @Test("a run of the full budget that is not of the paper's recipe stands apart from its cells")
  func apart() {
    var partial = makeRecord(method: "ofd", seed: 2, error: 40)
    partial.deviations.append(.init("synthetic images", separates: true))
    let report = report(records() + [partial])
    #expect(report.markdown.contains("| c | ofd | 24.08 (A) | 24.50 ± 0.71 | 2 |"))
    #expect(report.markdown.contains("| c | ofd | 40.00 | 1 |"))
  }

  @Test("what was asked for and never began is a row")
  func missing() throws {
    let directory = try temporaryDirectory()
    let asked = [
      makeRecord(method: "kd", seed: 0, error: 0), makeRecord(method: "kd", seed: 1, error: 0),
      makeRecord(method: "student", seed: 0, error: 0),
    ].map { record in
      var record = record
      record.teacher = nil
      return record
    }
    try RunRequests.note(asked, under: directory)
    try RunRequests.note(asked, under: directory)
    let report = Report(
      description, records: records(), requested: try RunRequests.read(under: directory),
      references: [])
    #expect(report.markdown.contains("| c | kd | - | 26.00 | 1 of 2 |"))
    #expect(report.markdown.contains("| c | student | - | seed 0: missing | 0 of 1 |"))
  }

  private func curves(_ records: [RunRecord]) -> CurveReport {
    CurveReport(
      TableDescription(id: "figure2", title: "curves", metrics: .classification, methods: []),
      records: records, of: "table2", base: "ofd")
  }

  @Test("the figure draws OFD and LONDON, the same bytes for any order")
  func figure() throws {
    let runs = records().map { record in
      var record = record
      record.epochs = epochs([60, record.result ?? 0])
      return record
    }
    let figure = curves(runs)
    let plots = figure.page.pictures
    let plot = try #require(plots.first)
    #expect(plots.count == 1 && plot.name == "figure2-c-equal-full.svg")
    #expect(figure.markdown == curves(runs.reversed()).markdown)
    #expect(plot.text == curves(runs.reversed()).page.pictures.first?.text)
    #expect(plot.text.contains("london, training") && plot.text.contains("ofd, test"))
    #expect(figure.markdown.contains("| 2 | 12.25 | 24.50 | 11.94 | 23.88 |"))
    #expect(curves(records().filter { $0.method != "ofd" }).isEmpty)
  }

  @Test("a run that is not finished is a row that says so")
  func unfinished() {
    var open = makeRecord(method: "student", seed: 0, error: 1)
    open.status = .failed
    open.message = "the loss became nan"
    let text = report(records() + [open]).markdown
    #expect(text.contains("- c student seed 0: failed after 0 epochs, the loss became nan"))
    #expect(
      text.contains(
        "| c | student | - | seed 0: failed after 0 epochs, the loss became nan | 0 of 1 |"))
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
