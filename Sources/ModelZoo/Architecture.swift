public import NeuralNet
public import TensorCore

/// Name and sizes of a network; the registry through which programs make networks.
public enum Architecture: Hashable, Sendable, CustomStringConvertible {
  /// `wrn-DEPTH-WIDTH`
  case wideResNet(depth: Int, width: Int)

  /// A name that stands for no network.
  public struct UnknownName: Error, CustomStringConvertible, Sendable {
    /// What was asked for and what exists.
    public let description: String
  }

  /// Reads a name such as `wrn-16-2`.
  public init(_ name: String) throws(UnknownName) {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "wrn", let depth = Int(parts[1]), let width = Int(parts[2]),
      WideResNet.isValid(depth: depth, width: width), depth <= 1_000, width <= 64
    else {
      throw UnknownName(
        description:
          "no network is called \"\(name)\"; known are wrn-DEPTH-WIDTH with DEPTH = 6 n + 4 "
          + "(10 to 1000) and WIDTH from 1 to 64, such as wrn-16-2")
    }
    self = .wideResNet(depth: depth, width: width)
  }

  /// The name that `init(_:)` reads.
  public var description: String {
    switch self {
    case .wideResNet(let depth, let width): "wrn-\(depth)-\(width)"
    }
  }

  /// Makes the network with start values derived from the store's seed.
  public func makeNetwork(classCount: Int, store: ParameterStore) throws(TensorError)
    -> any Classifier
  {
    switch self {
    case .wideResNet(let depth, let width):
      try WideResNet(depth: depth, width: width, classCount: classCount, store: store)
    }
  }
}
