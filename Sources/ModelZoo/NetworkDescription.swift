public import CheckpointFormat
import NeuralNet

/// A network of a known name with its number of classes, before it is made.
public struct NetworkDescription: Hashable, Sendable {
  /// The network.
  public let architecture: Architecture
  /// How many classes it tells apart.
  public let classCount: Int

  /// Describes a network.
  public init(_ architecture: Architecture, classCount: Int) {
    self.architecture = architecture
    self.classCount = classCount
  }

  /// The tensors of its state dict.
  public func expectedState() throws -> ExpectedState {
    let store = ParameterStore.ofShapes()
    _ = try architecture.makeNetwork(classCount: classCount, store: store)
    return ExpectedState(
      network: "\(architecture) with \(classCount) classes", tensors: try store.expectedTensors())
  }
}
