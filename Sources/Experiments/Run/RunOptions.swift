public import Foundation
public import TensorCore
public import Training

/// How runs are carried out on this machine; nothing here is part of what a run is.
public struct RunOptions: Sendable {
  /// Where run folders lie.
  public var runs: URL
  /// Where networks run, and with which arithmetic.
  public var place: ComputePlace
  /// Epochs whose checkpoints are kept besides the last and the best one.
  public var keptEpochs = 0
  /// Other programs' logs that are kept beside the events.
  public var logs: Set<LogFormat> = []
  /// Background threads that prepare images.
  public var loaderThreads: Int
  /// The most runs that learn side by side from one pass over the data; 1 for none. Changes no run's bytes.
  public var largestCohort = 16
  /// Which of several processes this is that carry the runs of one command out; nil for one alone.
  public var worker: Worker?
  /// The replicas that train together; nil for one process.
  public var replicas: ProcessGroup?
  /// Where progress is told.
  public var progress: any RunProgress = Silence()
  /// The command line, for the record.
  public var command: String

  /// Whether the process works for one that tells the results.
  var isStartedByAnother: Bool { worker?.number != nil }

  /// Options for one process.
  public init(runs: URL, place: ComputePlace = ComputePlace(), command: String) {
    self.runs = runs
    self.place = place
    self.command = command
    loaderThreads = 1
  }
}

/// A log for another program.
public enum LogFormat: String, Sendable, CaseIterable {
  /// Scalars of every epoch.
  case tensorboard
}
