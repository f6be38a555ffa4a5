public import ArgumentParser
public import Experiments
import Foundation
import ProgramSupport

/// Where and how a program computes; the same flags in every program.
public struct PlaceOptions: ParsableArguments {
  /// A device's name.
  @Option(help: "cpu, cuda or cuda:N.")
  public var device = "cpu"

  /// A precision's name.
  @Option(help: "float32, or bfloat16 by autocast.")
  public var precision = "float32"

  /// A choice of kernels by name.
  @Option(help: "fast; or reference: contiguous maps and libtorch's own kernels only.")
  public var kernels = "fast"

  /// Threads; nil leaves the choice to libtorch.
  @Option(help: "Threads of an operation (default: libtorch's choice).")
  public var threads: Int?

  /// The defaults.
  public init() {}

  /// The options of this process; `runs` is of no interest to a program that trains nothing. Throws for a place that
  /// does not exist.
  public func runOptions(runs: String = "runs") throws -> RunOptions {
    try options(runs, device)
  }

  /// The options of a training. Joins the replicas that the environment names; `cuda` is then the device of the
  /// replica's number on its machine.
  public func trainingOptions(runs: String) throws -> RunOptions {
    guard let replica = try ReplicaEnvironment(ProcessInfo.processInfo.environment) else {
      return try options(runs, device)
    }
    var options = try options(runs, device == "cuda" ? "cuda:\(replica.localRank)" : device)
    try options.join(replica)
    return options
  }

  /// Whether this process is alone or the first of the replicas that the environment names.
  public var isFirst: Bool {
    get throws {
      try ReplicaEnvironment(ProcessInfo.processInfo.environment).map { $0.rank == 0 } ?? true
    }
  }

  private func options(_ runs: String, _ device: String) throws -> RunOptions {
    var options = try RunOptions(
      runs: URL(fileURLWithPath: runs), device: device, precision: precision, kernels: kernels,
      threads: threads, command: CommandLine.arguments)
    options.progress = ProgressLine()
    return options
  }
}

extension ProgressLine: RunProgress {}
