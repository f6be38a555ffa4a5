public import Foundation
public import TensorCore
public import Training

/// Which of several implementations computes.
public enum Kernels: String, Sendable {
  /// Channels-last maps and the suite's fused kernels where they exist.
  case fast
  /// Contiguous maps and libtorch's own kernels, as in the released code.
  case reference

  /// Memory order of images and convolution weights.
  public var layout: Tensor.Layout { self == .fast ? .channelsLast : .contiguous }
}

/// How runs are carried out on this machine; nothing here is part of what a run is.
public struct RunOptions: Sendable {
  /// Where run folders lie.
  public var runs: URL
  /// Where networks run.
  public var device: Device
  /// Arithmetic of the forward pass.
  public var precision: Precision
  /// Kernels and memory order.
  public var kernels: Kernels
  /// Epochs whose checkpoints are kept besides the last and the best one.
  public var keptEpochs = 0
  /// Background threads that prepare images.
  public var loaderThreads: Int
  /// The replicas that train together; nil for one process.
  public var replicas: ProcessGroup?
  /// Where progress is told.
  public var progress: any RunProgress = Silence()
  /// The command line, for the record.
  public var command: String

  /// Memory order of images and convolution weights.
  public var layout: Tensor.Layout { kernels.layout }
  /// Whether graph-free passes take fused kernels; autocast needs libtorch's own.
  var fuses: Bool { kernels == .fast && precision == .float32 }

  /// Options for float32 on the host with the fast kernels.
  public init(runs: URL, command: String) {
    self.runs = runs
    self.command = command
    device = .cpu
    precision = .float32
    kernels = .fast
    loaderThreads = 1
  }
}

extension RunOptions {
  /// Reads a user's choices, checks that the device is there and sets the threads of the process.
  public init(
    runs: URL, device: String, precision: String, kernels: String, threads: Int?,
    command: [String]
  ) throws {
    guard let place = Device(device) else {
      throw UsageError("there is no device \"\(device)\"; known are cpu, cuda and cuda:N")
    }
    guard place.isAvailable else {
      throw UsageError(
        "device \(device) cannot be used: libtorch finds \(Engine.cudaDeviceCount) CUDA devices")
    }
    guard let precision = Precision(rawValue: precision) else {
      throw UsageError("there is no precision \"\(precision)\"; known are float32, bfloat16")
    }
    guard let kernels = Kernels(rawValue: kernels) else {
      throw UsageError("there are no kernels \"\(kernels)\"; known are fast, reference")
    }
    if let threads {
      guard (1...1024).contains(threads) else {
        throw UsageError("--threads must be 1 to 1024, not \(threads)")
      }
      try Engine.setThreads(threads)
    }
    let program = URL(fileURLWithPath: command.first ?? "lskd-repro").lastPathComponent
    self.init(runs: runs, command: ([program] + command.dropFirst()).joined(separator: " "))
    self.device = place
    self.precision = precision
    self.kernels = kernels
  }
}
