import ArgumentParser
import Experiments
import PlaceArguments
import ProgramSupport
import RunArguments

struct Methods: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods",
    abstract:
      "All methods: paper, taps, constants and extra parameters; with --measure the cost of a step."
  )

  @Option(
    help:
      "Teacher and student pair of \(PaperTable.usual.id) that extra parameters, weight and cost refer to."
  )
  var setting = "c"

  @Option(help: "Whose networks: a budget or FILE.yaml.")
  var budget = Budget.compact.name

  @Flag(help: "Measure what a step of every method costs.")
  var measure = false

  @Option(help: "Images per measured step.")
  var batch = 64

  @Option(help: "Measured steps per method.")
  var steps = 5

  @OptionGroup var place: PlaceOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard (1...10_000).contains(steps), (2...4096).contains(batch) else {
      throw ValidationError("--steps takes 1 to 10000 and --batch 2 to 4096")
    }
  }

  func run() throws {
    let costs = try MethodCosts(
      setting: setting, budget: Budget(named: budget), batch: batch, steps: measure ? steps : 0,
      place: try place.prepared())
    Console.print(try costs.text(json: json))
  }
}
