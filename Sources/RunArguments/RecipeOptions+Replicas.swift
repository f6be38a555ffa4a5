public import Experiments
import Foundation
public import PlaceArguments
import ProgramSupport
import UserErrors

extension RecipeOptions {
  /// The options of a training. Joins the replicas that the environment names, unless it is only planned.
  public func trainingOptions(_ place: PlaceOptions, isPlan: Bool = false) throws -> RunOptions {
    let environment = ProcessInfo.processInfo.environment
    let replica = isPlan ? nil : try ReplicaEnvironment(environment)
    let worker = isPlan || jobs == 1 ? nil : Worker(environment, of: jobs)
    guard replica == nil || jobs == 1 else {
      throw UsageError("--jobs does not go with the replicas of a launcher")
    }
    var place = place
    if let worker {
      place.threads = worker.threads(
        of: place.threads ?? ProcessInfo.processInfo.activeProcessorCount)
    }
    var options = RunOptions(
      runs: URL(fileURLWithPath: runs), place: try place.prepared(localRank: replica?.localRank),
      command: Program.commandLine)
    options.progress = ProgressLine(isRelay: worker != nil)
    options.worker = worker ?? (isPlan || jobs == 1 ? nil : Worker(startingOthers: jobs))
    options.keptEpochs = keepLast
    options.loaderThreads = loaderThreads
    options.logs = Set(log)
    if alone { options.largestCohort = 1 }
    if let replica { try options.join(replica) }
    return options
  }
}

extension TableJob {
  /// Runs the job, in several processes where the options ask for them, and hands the table to `show`.
  public func run(_ options: RunOptions, json: Bool, show: (String) -> Void) throws {
    if let worker = options.worker, worker.number == nil { try Workers(worker).run() }
    try run(json: json, show: show)
  }
}

extension ProgressLine: RunProgress {}
