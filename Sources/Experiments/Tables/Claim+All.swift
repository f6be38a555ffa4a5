import Results

extension Claim {
  /// What the paper claims and what a sceptic asks of it, as far as runs can tell. The sentences are ours.
  public static let all: [Claim] = [
    Claim(
      "london-beats-ofd", "LONDON's students err less than OFD's.",
      source:
        "the paper's main table; both numbers are known for setting c alone, 23.78 (B) and 24.08 (A)",
      table: PaperTable.table2.id, settings: PaperTable.table2.settings.map(\.id),
      test: .better(london, than: ofd, by: .result), command: table2("ofd,london,student")),
    Claim(
      "london-beats-all", "LONDON's students err less than those of every other method.",
      source: "the paper's main table; most of its numbers are remembered or unknown",
      table: PaperTable.table2.id, settings: ["c", "d"],
      test: .better(london, than: .others(than: variants), by: .result),
      command: table2("paper")),
    Claim(
      "distillation-works", "OFD's students err less than students that learn alone.",
      source:
        "the OFD paper's table, 24.08 against 27.32 in setting c (A); without it nothing can be built on",
      table: PaperTable.table2.id, settings: ["c", "d"],
      test: .better(ofd, than: .method("student"), by: .result), command: table2("student,ofd")),
    Claim(
      "term-regularises",
      "The Lipschitz term regularises: test and training error lie closer together than without.",
      source: "the paper's figure of curves, which has no numbers",
      table: PaperTable.table2.id, settings: ["c", "d"],
      test: .better(london, than: ofd, by: .generalisationGap),
      command: table2("ofd,london,student")),
    Claim(
      "meaning-counts",
      "What the term matches has to be the teacher's answer to the same image: LONDON errs less than with values "
        + "shuffled over the images.",
      source: "no test of it is known; without it the name Lipschitz-guided is not earned",
      table: PaperTable.table2.id, settings: ["c", "d"],
      test: .better(london, than: .method("london-shuffled"), by: .result),
      command: table2("ofd,london,london-shuffled,student")),
    Claim(
      "release-is-ofd",
      "The first release computed the term without a gradient, so that its training equals OFD's to the last digit.",
      source: "the history of the official code (A)",
      table: PaperTable.table2.id, settings: ["c", "d"],
      test: .same("london-released", "ofd"), command: table2("ofd,london-released")),
    Claim(
      "much-of-it-hurts", "A term of more than 20 % of the loss hurts.",
      source: "a remark in the paper's ablation, quoted by a third party (C)",
      table: PaperTable.table6.id, settings: ["c"],
      test: .better(.sharesUpTo(0.2), than: .sharesAbove(0.2), by: .result),
      command: { "lskd-repro table6 --settings \($0)" }),
    Claim(
      "tuning-matters-more",
      "Tuning KD's weight moves its error further than LONDON's claimed gain of 0.30.",
      source: "an independent grid over KD on setting c, errors of 25.10 to 26.73 (C)",
      table: PaperTable.table2.recipe.trialsTable, settings: ["c"],
      test: .widerTuning(of: "kd", than: TableDescription.usualMargin),
      command: { "lskd-repro tune --settings \($0) --methods kd" }),
    Claim(
      "carries-over-to-segmentation", "It carries over to segmentation.",
      source: "the paper's table of segmentation, whose own numbers are unknown",
      table: PaperTable.table5.id, settings: PaperTable.table5.settings.map(\.id),
      test: .better(london, than: ofd, by: .result), command: devkit(PaperTable.table5)),
    Claim(
      "carries-over-to-detection", "It carries over to detection.",
      source: "the paper's table of detection, whose own numbers are unknown",
      table: PaperTable.table4.id, settings: PaperTable.table4.settings.map(\.id),
      test: .better(london, than: ofd, by: .result), command: devkit(PaperTable.table4)),
  ]

  private static let london = Rows.method(Method.london.description)
  private static let ofd = Rows.method(Method(.ofd).description)
  /// LONDON itself and what differs from it on purpose.
  private static let variants: Set<String> = [
    Method.london.description, Method.londonReleased.description, "london-shuffled",
  ]

  private static func table2(_ methods: String) -> @Sendable (String) -> String {
    { "lskd-repro \(PaperTable.table2.id) --settings \($0) --methods \(methods)" }
  }

  private static func devkit(_ table: PaperTable) -> @Sendable (String) -> String {
    { "lskd-repro \(table.id) --settings \($0) --methods student,ofd,london --seeds 0,1,2" }
  }
}
