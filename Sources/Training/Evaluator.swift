public import NeuralNet
public import Results

/// Measures a network during training.
public protocol Evaluator {
  /// The results on a part of the data.
  func measure(_ network: any Network, on part: EvaluationPart) throws -> Measures
}

/// What is measured.
public enum EvaluationPart: Sendable {
  /// A part of the training images, without augmentation, the same for every seed and method.
  case trainingSample
  /// The test images.
  case test
}
