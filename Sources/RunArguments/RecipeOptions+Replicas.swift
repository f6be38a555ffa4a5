public import Experiments
import Foundation
public import PlaceArguments

extension RecipeOptions {
  /// The options of a training. Joins the replicas that the environment names.
  public func trainingOptions(_ place: PlaceOptions) throws -> RunOptions {
    let replica = try ReplicaEnvironment(ProcessInfo.processInfo.environment)
    let command = CommandLine.arguments
    let program = URL(fileURLWithPath: command[0]).lastPathComponent
    var options = RunOptions(
      runs: URL(fileURLWithPath: runs), place: try place.prepared(localRank: replica?.localRank),
      command: ([program] + command.dropFirst()).joined(separator: " "))
    options.keptEpochs = keepLast
    if alone { options.largestCohort = 1 }
    if let replica { try options.join(replica) }
    return options
  }
}
