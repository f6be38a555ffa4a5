import ArgumentParser
import Experiments
import PlaceArguments
import ProgramSupport
import RunArguments

struct Methods: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods",
    abstract:
      "All methods: paper, taps, constants, extra parameters and measured extra cost of a step.")

  @Option(help: "Teacher and student pair of \(PaperTable.usual.id) on which the cost is measured.")
  var setting = "c"

  @Option(help: "Whose networks.")
  var budget = Budget.reduced

  @Option(help: "Images per step.")
  var batch = 64

  @Option(help: "Measured steps per method; 0 measures nothing.")
  var steps = 5

  @OptionGroup var place: PlaceOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard (0...10_000).contains(steps), (2...4096).contains(batch) else {
      throw ValidationError("--steps takes 0 to 10000 and --batch 2 to 4096")
    }
  }

  func run() throws {
    let costs = try MethodCosts(
      setting: setting, budget: budget, batch: batch, steps: steps, place: try place.prepared())
    Console.print(try costs.text(json: json))
  }
}
