public import ArgumentParser
import TensorCore
public import Training
import UserErrors

/// Where and how a program computes; the same flags in every program.
public struct PlaceOptions: ParsableArguments {
  /// Where networks run.
  @Option(help: "cpu, cuda or cuda:N.")
  public var device = DeviceChoice.numbered(.cpu)

  /// Arithmetic of the forward pass.
  @Option(help: "Arithmetic of the forward pass; tf32 on CUDA, bfloat16 by autocast.")
  public var precision = Precision.float32

  /// Which kernels compute.
  @Option(help: "reference: contiguous maps and libtorch's own kernels only.")
  public var kernels = Kernels.fast

  /// Threads; nil leaves the choice to libtorch.
  @Option(help: "Threads of an operation (default: libtorch's choice).")
  public var threads: Int?

  /// The defaults.
  public init() {}

  /// Refuses numbers of threads that no machine has.
  public func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads takes 1 to 1024, not \(threads)")
    }
  }

  /// Sets threads and TF32 of the process and returns the place. `localRank` numbers the replica on its machine, whose device
  /// `cuda` then is; nil for a process that is alone. Throws for a device that this machine does not have.
  public func prepared(localRank: Int? = nil) throws -> ComputePlace {
    let device = try device.available(localRank: localRank)
    if precision == .tf32, device == .cpu {
      throw UsageError(
        "--precision tf32 is of CUDA devices alone; leave it out, or name one in --device")
    }
    if let threads { try Engine.setThreads(threads) }
    try Engine.setTF32(precision == .tf32)
    return ComputePlace(device: device, precision: precision, kernels: kernels)
  }
}
