import ArgumentParser
import Experiments
import Foundation
import ProgramSupport

struct Table2: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table2",
    abstract: "CIFAR-100 error of the student networks under every method.",
    discussion: """
      Trains missing teachers first, skips finished runs and goes on with interrupted ones. Ctrl-C saves \
      and ends; the same command goes on.
      """)

  @Option(help: "Rows of the table, separated by commas.")
  var settings = "c"

  @Option(help: "Methods, separated by commas: student, kd, ofd, london, london-released.")
  var methods = "student,kd,ofd,london,london-released"

  @Option(help: "Seeds, separated by commas (default: as the budget says).")
  var seeds: String?

  @OptionGroup var recipe: RecipeOptions

  @OptionGroup var place: PlaceOptions

  @Flag(help: "Print the runs and their cost, and train nothing.")
  var dryRun = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let request = try TableRequest(
      table: "table2", settings: settings, methods: methods, seeds: seeds,
      trainingProtocol: recipe.trainingProtocol, budget: recipe.budget)
    var options = try RunOptions(
      runs: URL(fileURLWithPath: recipe.runs), device: place.device, precision: place.precision,
      kernels: place.kernels,
      threads: place.threads, command: CommandLine.arguments)
    options.keptEpochs = recipe.keepLast
    let job = try TableJob(request, dataDirectory: recipe.data, options: options)
    print(try dryRun ? job.dryRun(json: json) : job.run(json: json))
  }
}
