public import NeuralNet
public import Results
public import TensorCore

/// Measures a network during training.
public protocol Evaluator {
  /// The results on a part of the data. Throws `OutputNotFinite` for a network whose answers are no numbers.
  func measure(_ network: any Network, on part: EvaluationPart) throws -> Measures
  /// What the best network gets on the test data that says the same of every image, or of every pixel; empty where
  /// there is none.
  func constantPredictor() throws -> Measures
  /// A few of the training images, without augmentation, the same for every seed and method, in batches of one size each and in
  /// the type, memory order and place of a network's parameters.
  func probeImages(like store: ParameterStore) throws -> [Tensor]
}

extension Evaluator {
  /// Nothing.
  public func constantPredictor() throws -> Measures { [:] }
  /// None.
  public func probeImages(like store: ParameterStore) throws -> [Tensor] { [] }
}

/// What is measured.
public enum EvaluationPart: Sendable {
  /// A part of the training images, without augmentation, the same for every seed and method.
  case trainingSample
  /// The test images.
  case test
}

/// A network answers with NaN or infinities: nothing that can be ranked, matched or counted.
public struct OutputNotFinite: Error, CustomStringConvertible, Sendable {
  /// Number of the image in its set, from 0.
  public let image: Int
  /// Its set.
  public let set: String

  /// One clause.
  public var description: String {
    "the network's outputs for image \(image) of \(set) are not finite"
  }
}
