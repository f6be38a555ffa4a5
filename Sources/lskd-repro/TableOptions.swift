import ArgumentParser
import Experiments
import Foundation
import ProgramSupport
import RunArguments

/// What every table takes.
struct RunningOptions: ParsableArguments {
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

  func request(
    task: VisionTask = .classification, settings: String, methods: String, variants: String? = nil,
    backbones: [String] = []
  ) throws -> TableRequest {
    try TableRequest(
      task: task, settings: settings, methods: methods, variants: variants, seeds: seeds,
      trainingProtocol: recipe.trainingProtocol, budget: recipe.budget, teacher: teacher,
      backbones: backbones)
  }

  func options() throws -> RunOptions {
    if dryRun {
      // It joins nobody: the first of several processes prints, the others have nothing to do.
      guard try place.isFirst else { throw ExitCode.success }
      return try place.runOptions(runs: recipe.runs)
    }
    var options = try place.trainingOptions(runs: recipe.runs)
    options.keptEpochs = recipe.keepLast
    return options
  }

  /// Runs the cells and prints the table, or prints what would run.
  func run(_ job: TableJob) throws {
    if dryRun {
      Console.print(try job.dryRun(json: json))
    } else {
      try job.run(json: json) { Console.print($0) }
    }
  }
}

/// What the tables of CIFAR-100 take.
struct TableOptions: ParsableArguments {
  @Option(help: "Rows of the table, separated by commas: a, b, c, d, e, f; or all.")
  var settings = "c"

  @OptionGroup var running: RunningOptions

  /// Runs the cells and prints the table.
  func run(
    methods: String, variants: String? = nil, _ purpose: TableJob.Purpose = .cells
  ) throws {
    let request = try running.request(settings: settings, methods: methods, variants: variants)
    try running.run(
      try TableJob(
        request, purpose, dataDirectory: running.recipe.data, options: try running.options()))
  }
}
