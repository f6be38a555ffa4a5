/// A tensor that a network wants to find in a checkpoint.
public struct ExpectedTensor: Sendable, Hashable {
  /// The state-dict key.
  public let name: String
  /// Extent along each axis.
  public let shape: [Int]
  /// Whether it holds floating-point numbers; integers otherwise.
  public let isFloatingPoint: Bool
  /// Whether it only counts batches: inference never reads it, and files of PyTorch before 0.4.1 have none.
  public let isCounter: Bool

  /// Makes one; a counter holds integers.
  public init(name: String, shape: [Int], isFloatingPoint: Bool = true, isCounter: Bool = false) {
    self.name = name
    self.shape = shape
    self.isFloatingPoint = isFloatingPoint && !isCounter
    self.isCounter = isCounter
  }
}

/// The state that a network wants.
public struct ExpectedState: Sendable, Hashable {
  /// What the network is, for messages: "wrn-16-2 with 100 classes".
  public let network: String
  /// Its tensors in state-dict order.
  public let tensors: [ExpectedTensor]

  /// Makes one; names are unique.
  public init(network: String, tensors: [ExpectedTensor]) {
    self.network = network
    self.tensors = tensors
  }
}
