import ArgumentParser
import Experiments
import Foundation
import PlaceArguments
import ProgramSupport
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
    // A dry run joins nobody: the first of several processes prints, the others have nothing to do.
    if dryRun, let replica = try ReplicaEnvironment(ProcessInfo.processInfo.environment),
      replica.rank > 0
    {
      throw ExitCode.success
    }
    let options = try recipe.trainingOptions(place, isPlan: dryRun)
    let job = try TableJob(request, purpose, data: recipe.telling(data), options: options)
    if dryRun {
      Console.print(try job.dryRun(json: json))
    } else {
      try job.run(options, json: json) { Console.print($0) }
    }
    return job
  }
}
