import ArgumentParser
import Experiments
import Foundation
import ProgramSupport

/// What every table takes.
struct TableOptions: ParsableArguments {
  @Option(help: "Rows of the table, separated by commas: a, b, c, d, e, f.")
  var settings = "c"

  @Option(help: "Seeds, separated by commas (default: as the budget says).")
  var seeds: String?

  @Option(help: "A .lskd file that teaches instead of the setting's own teacher.")
  var teacher: String?

  @OptionGroup var recipe: RecipeOptions

  @OptionGroup var place: PlaceOptions

  @Flag(help: "Print the runs and their cost, and train nothing.")
  var dryRun = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  /// Runs the cells and prints the table.
  func run(
    methods: String, variants: String? = nil, _ purpose: TableJob.Purpose = .cells
  ) throws {
    let request = try TableRequest(
      settings: settings, methods: methods, variants: variants, seeds: seeds,
      trainingProtocol: recipe.trainingProtocol, budget: recipe.budget, teacher: teacher)
    var options = try RunOptions(place, runs: recipe.runs)
    options.keptEpochs = recipe.keepLast
    let job = try TableJob(request, purpose, dataDirectory: recipe.data, options: options)
    if dryRun {
      print(try job.dryRun(json: json))
    } else {
      try job.run(json: json) { print($0) }
    }
  }
}
