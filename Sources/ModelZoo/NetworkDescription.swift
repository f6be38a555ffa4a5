public import CheckpointFormat
import NeuralNet

/// A network of a known name with its number of classes, before it is made.
public struct NetworkDescription: Hashable, Sendable {
  /// A number of classes that no network has.
  public struct UnlikelyClasses: Error, CustomStringConvertible, Sendable {
    /// What was asked for.
    public let description: String
  }

  /// Most classes of a network: a number from a command line must not ask for all memory.
  private static let mostClasses = 100_000

  /// The network.
  public let architecture: Architecture
  /// How many classes it tells apart.
  public let classCount: Int

  /// Reads a name such as `wrn-16-2`. Throws for an unknown one and for no or too many classes.
  public init(_ name: String, classCount: Int) throws {
    guard (1...Self.mostClasses).contains(classCount) else {
      throw UnlikelyClasses(
        description: "\(classCount) classes are none of 1 to \(Self.mostClasses)")
    }
    architecture = try Architecture(name)
    self.classCount = classCount
  }

  /// The tensors of its state dict.
  public func expectedState() throws -> ExpectedState {
    let store = ParameterStore(seed: 0)
    _ = try architecture.makeNetwork(classCount: classCount, store: store)
    return ExpectedState(
      network: "\(architecture) with \(classCount) classes", tensors: try store.expectedTensors())
  }
}
