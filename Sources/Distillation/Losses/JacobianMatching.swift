public import TensorCore

/// Jacobian matching (Srinivas and Fleuret 2018) in the form of the Knowledge-Distillation-Zoo: mean squared
/// distance of the gradients of the true class's logit with respect to the image, each image's divided by its
/// norm. Training goes through the student's gradient, so a step costs two backward passes.
public struct JacobianMatching: FeatureLoss, Hashable, Sendable {
  /// Logits and gradients with respect to the images.
  public var inputs: LossInputs { [.student, .imageGradients] }

  /// Makes a loss.
  public init() {}

  /// The loss of the lesson's image gradients.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    guard let gradients = lesson.imageGradients else {
      throw TensorError(
        operation: "Jacobian matching", code: .refused, message: "the lesson has no gradients")
    }
    return try distance(gradients.student, gradients.teacher)
  }

  /// The loss of gradients [N, C, H, W].
  public func distance(_ own: Tensor, _ other: Tensor) throws(TensorError) -> Tensor {
    try own.flattened().normalised(axis: 1)
      .meanSquaredDistance(to: try other.detached().flattened().normalised(axis: 1))
  }
}
