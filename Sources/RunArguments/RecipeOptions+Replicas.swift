public import Experiments
import Foundation
public import PlaceArguments
import ProgramSupport

extension RecipeOptions {
  /// The options of a training. Joins the replicas that the environment names, unless it is only planned.
  public func trainingOptions(_ place: PlaceOptions, isPlan: Bool = false) throws -> RunOptions {
    let replica = isPlan ? nil : try ReplicaEnvironment(ProcessInfo.processInfo.environment)
    let command = CommandLine.arguments
    let program = URL(fileURLWithPath: command[0]).lastPathComponent
    var options = RunOptions(
      runs: URL(fileURLWithPath: runs), place: try place.prepared(localRank: replica?.localRank),
      command: ([program] + command.dropFirst()).joined(separator: " "))
    options.progress = ProgressLine()
    options.keptEpochs = keepLast
    options.loaderThreads = loaderThreads
    options.logs = Set(log)
    if alone { options.largestCohort = 1 }
    if let replica { try options.join(replica) }
    return options
  }
}

extension ProgressLine: RunProgress {}
