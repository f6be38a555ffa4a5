public import ArgumentParser
import Experiments

/// Which cells of a table are meant: its rows, methods, variants and blocks.
public struct CellOptions: ParsableArguments {
  /// Rows.
  @Option(help: "Rows, separated by commas; or all (default: all; on CIFAR-100 c).")
  var settings: String?

  /// Methods.
  @Option(
    help:
      "Methods, separated by commas; paper: those of the paper; all; see the methods command. Any of them with +london adds the Lipschitz term (default: paper)."
  )
  var methods: String?

  /// Variants of the Lipschitz term.
  @Option(help: "Variants of the Lipschitz term for an ablation, separated by commas; or all.")
  var variants: String?

  /// Seeds of students.
  @Option(help: "Seeds, separated by commas (default: as the budget says).")
  var seeds: String?

  /// Seeds of teachers.
  @Option(
    help:
      "Seeds of teachers, separated by commas: every teacher teaches the students of every seed (default: as the budget says)."
  )
  var teacherSeeds: String?

  /// The defaults.
  public init() {}

  /// Whether any is given.
  public var areGiven: Bool {
    [settings, methods, variants, seeds, teacherSeeds].contains { $0 != nil }
  }
}
