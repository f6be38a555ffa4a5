import Datasets
import NeuralNet
public import Results

extension Claim {
  /// What the paper claims and what a sceptic asks of it, as far as runs can tell. The sentences are ours.
  public static let all: [Claim] = [
    Claim(
      "london-beats-ofd", "LONDON's students err less than OFD's.",
      source:
        "the paper's main table; both numbers are known for setting c alone, 23.78 (B) and 24.08 (A)",
      table: PaperTable.table2.id, settings: PaperTable.table2.settings.map(\.id),
      test: .better(london, than: ofd, by: .result), runs: compact(both + [.student])),
    Claim(
      "london-beats-all", "LONDON's students err less than those of every other method.",
      source: "the paper's main table; most of its numbers are remembered or unknown",
      table: PaperTable.table2.id, settings: ["c", "d"],
      test: .better(london, than: .others(than: variants), by: .result),
      runs: compact(Method.ofPaper(.classification))),
    Claim(
      "distillation-works", "OFD's students err less than students that learn alone.",
      source:
        "the OFD paper's table, 24.08 against 27.32 in setting c (A); without it nothing can be built on",
      table: PaperTable.table2.id, settings: ["c", "d"],
      test: .better(ofd, than: .method(Method.student.description), by: .result),
      runs: compact([.student, Method(.ofd)])),
    Claim(
      "term-regularises",
      "The Lipschitz term regularises: test and training error lie closer together than without.",
      source: "the paper's figure of curves, which has no numbers",
      table: PaperTable.table2.id, settings: ["c", "d"],
      test: .better(london, than: ofd, by: .generalisationGap),
      runs: compact(both + [.student])),
    Claim(
      "constants-come-closer",
      "The term brings the constants of the student's network closer to the teacher's than OFD alone does.",
      source: "the paper's idea; no numbers are known",
      table: PaperTable.table2.id, settings: ["c", "d"],
      test: .better(london, than: ofd, by: .constantDistance), runs: compact(both + [.student])),
    Claim(
      "connected-constants-come-closer",
      "It brings them closer where it looks: behind the connectors, which are thrown away after training.",
      source: "what the term descends on, by its formula",
      table: PaperTable.table2.id, settings: ["c", "d"],
      test: .better(london, than: ofd, by: .connectedDistance), runs: compact(both + [.student])),
    Claim(
      "closer-is-better",
      "The closer the constants of the student's network are to the teacher's, the less it errs.",
      source: "the paper's idea; no numbers are known",
      table: PaperTable.table2.id, settings: ["c", "d"],
      test: .related(.constantDistance),
      runs: compact(Method.ofPaper(.classification) + Method.controls)),
    Claim(
      "meaning-counts",
      "What the term matches has to be the teacher's answer to the same image: LONDON errs less than with values "
        + "shuffled over the images.",
      source: "no test of it is known; without it the name Lipschitz-guided is not earned",
      table: PaperTable.table2.id, settings: ["c", "d"],
      test: .better(london, than: .method(shuffled.description), by: .result),
      runs: compact(both + [shuffled, .student])),
    Claim(
      "release-is-ofd",
      "The first release computed the term without a gradient, so that its training equals OFD's to the last digit.",
      source: "the history of the official code (A)",
      table: PaperTable.table2.id, settings: ["c", "d"],
      test: .same(Method.londonReleased.description, Method(.ofd).description),
      runs: compact([Method(.ofd), .londonReleased])),
    Claim(
      "much-of-it-hurts", "A term of more than 20 % of the loss hurts.",
      source: "a remark in the paper's ablation, quoted by a third party (C)",
      table: PaperTable.table6.id, settings: ["c"],
      test: .better(.sharesUpTo(0.2), than: .sharesAbove(0.2), by: .result),
      runs: ClaimRuns(
        table: .table6, methods: [Method(.ofd), .london], budget: .compact, variants: nil)),
    Claim(
      "tuning-matters-more",
      "Tuning KD's weight moves its error further than LONDON's claimed gain of 0.30.",
      source: "an independent grid over KD on setting c, errors of 25.10 to 26.73 (C)",
      table: PaperTable.table2.recipe.trialsTable, settings: ["c"],
      test: .widerTuning(of: "kd", than: TableDescription.usualMargin),
      command: { "lskd-repro tune --settings \($0) --budget compact --methods kd" }),
    Claim(
      "carries-over-to-segmentation", "It carries over to segmentation.",
      source: "the paper's table of segmentation, whose own numbers are unknown",
      table: PaperTable.table5.id, settings: PaperTable.table5.settings.map(\.id),
      test: .better(london, than: ofd, by: .result), command: photos(.table5)),
    Claim(
      "carries-over-to-detection", "It carries over to detection.",
      source: "the paper's table of detection, whose own numbers are unknown",
      table: PaperTable.table4.id, settings: PaperTable.table4.settings.map(\.id),
      test: .better(london, than: ofd, by: .result), command: photos(.table4)),
  ]

  private static let london = Rows.method(Method.london.description)
  private static let ofd = Rows.method(Method(.ofd).description)
  private static let both = [Method(.ofd), .london]
  private static let shuffled = Method(.ofd, .control(.shuffled))
  /// LONDON itself and what differs from it on purpose.
  private static let variants = Set(
    ([.london, .londonReleased] + Method.controls).map(\.description))

  private static func compact(_ methods: [Method]) -> ClaimRuns {
    ClaimRuns(table: .table2, methods: methods, budget: .compact, variants: [])
  }

  private static func photos(_ table: PaperTable) -> @Sendable (String) -> String {
    { "lskd-repro \(table.id) --settings \($0) --methods student,ofd,london --seeds 0,1,2" }
  }

  private init(
    _ id: String, _ statement: String, source: String, table: String, settings: [String],
    test: Test, runs: ClaimRuns
  ) {
    self.init(
      id, statement, source: source, table: table, settings: settings, test: test,
      command: runs.command, cost: runs.operations)
  }
}

/// The runs of CIFAR-100 that a claim asks for.
private struct ClaimRuns: Sendable {
  let table: PaperTable
  let methods: [Method]
  let budget: Budget
  /// nil for all of them.
  let variants: [LipschitzVariant]?

  func command(_ setting: String) -> String {
    let names = methods.map(\.description).joined(separator: ",")
    return "lskd-repro \(table.id) --settings \(setting) --budget \(budget.name)"
      + (table.fixedMethods == nil ? " --methods \(names)" : "")
  }

  /// Operations of all runs with their teachers; nil where a network cannot be made.
  func operations(_ setting: String) -> Double? {
    guard let setting = table.settings.first(where: { $0.id == setting }) else { return nil }
    var selection = TablePlan.Selection(
      table: table, settings: [setting], methods: methods, seeds: budget.defaultSeeds,
      trainingProtocol: .equal, budget: budget)
    selection.teacherSeeds = budget.defaultTeacherSeeds
    selection.variants = variants
    let plan = TablePlan(selection, data: DataReference(id: CIFAR100.id, hashes: [:]))
    let side = table.recipe.extent(budget).imageSize ?? CIFAR100.side
    let cost = RunCost(
      imageSize: ImageSize(height: side, width: side),
      trainingImages: CIFAR100.officialCount(.train), testImages: CIFAR100.officialCount(.test),
      classCount: CIFAR100.classCount)
    // A cost that cannot be counted is not known: the claim stands without.
    return try? plan.runs.reduce(0) { $0 + (try cost.operations($1)) }
  }
}
