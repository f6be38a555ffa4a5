import ArgumentParser
import Benchmarks
import Experiments
import PlaceArguments
import ProgramSupport

struct CohortCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cohort",
    abstract: "Methods that learn side by side from one teacher, beside the same ones alone.",
    discussion: """
      A step with its batch, for cohorts of 1, 2, 4 and 8 methods and for the same methods alone, interleaved in one run; \
      the arithmetic of an image, counted; and the highest resident memory.
      """)

  @Option(help: "Teacher and student pair of \(PaperTable.usual.id).")
  var setting = "c"

  @Option(help: "Whose networks and images: a budget or FILE.yaml.")
  var budget = Budget.full.name

  @Option(help: "Images per batch.")
  var batch = 128

  @Option(help: "Measured steps of each kind.")
  var steps = 5

  @OptionGroup var place: PlaceOptions

  func run() throws {
    let benchmark = try CohortBenchmark(
      setting: setting, budget: Budget(named: budget), batch: batch, steps: steps,
      place: try place.prepared())
    Console.print(try benchmark.run(), terminator: "")
  }
}
