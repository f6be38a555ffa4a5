public import ArgumentParser
public import TensorCore
public import Training

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

  func device(localRank: Int?) -> Device {
    switch self {
    case .numbered(let device): device
    case .cuda: .cuda(localRank ?? 0)
    }
  }
}

extension Precision: ExpressibleByArgument {}

extension Kernels: ExpressibleByArgument {}
