import ArgumentParser
import Experiments
import Foundation
import PlaceArguments
import RunArguments

/// What a command does with the runs of a request.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print the runs and their cost, and train nothing.")
  var dryRun = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  /// Runs what is asked for and prints it, or prints what would run.
  func run(
    _ request: TableRequest, _ purpose: TableJob.Purpose, _ data: DataRequest,
    _ recipe: RecipeOptions, _ place: PlaceOptions
  ) throws -> TableJob {
    let job = try TableJob(
      request, purpose, data: recipe.telling(data), options: try recipe.trainingOptions(place))
    if dryRun {
      if job.leads { print(try job.dryRun(json: json)) }
    } else {
      try job.run(json: json) { print($0) }
    }
    return job
  }
}
