public import ArgumentParser
public import TensorCore
public import Training
import UserErrors

/// A device as a user names it.
public enum DeviceChoice: ExpressibleByArgument, CustomStringConvertible, Sendable {
  /// A certain one.
  case numbered(Device)
  /// `cuda`: the first one, and that of its number on its machine for one of several replicas.
  case cuda

  /// Reads `cpu`, `cuda` or `cuda:N`.
  public init?(argument: String) {
    if argument == "cuda" {
      self = .cuda
    } else if let device = Device(argument) {
      self = .numbered(device)
    } else {
      return nil
    }
  }

  /// As it is read.
  public var description: String {
    switch self {
    case .numbered(let device): device.description
    case .cuda: "cuda"
    }
  }

  /// The device itself; `localRank` numbers the replica on its machine, nil is a process that is alone. Throws for a
  /// device that this machine does not have.
  public func available(localRank: Int? = nil) throws -> Device {
    let device: Device =
      switch self {
      case .numbered(let device): device
      case .cuda: .cuda(localRank ?? 0)
      }
    if let obstacle = device.obstacle {
      throw UsageError("device \(device) cannot be used: \(obstacle)")
    }
    return device
  }
}

extension Precision: ExpressibleByArgument {}

extension Kernels: ExpressibleByArgument {}

extension KernelLevel: ExpressibleByArgument {}
