public import TensorCore

/// Similarity preserving (Tung and Mori 2019): squared Frobenius distance of the batch's Gram matrices of the
/// last tap, rows divided by their norms, over the square of the batch size.
public struct SimilarityPreserving: FeatureLoss, Hashable, Sendable {
  /// Makes a loss.
  public init() {}

  /// The loss of the last taps.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    let (own, other) = try lesson.lastMaps()
    return try distance(own, other)
  }

  /// The loss of maps [N, ...].
  public func distance(_ own: Tensor, _ other: Tensor) throws(TensorError) -> Tensor {
    let difference = try Self.similarity(own) - (try Self.similarity(other.detached()))
    let batch = Double(own.shape[0])
    return try difference.squared().sum() / (batch * batch)
  }

  private static func similarity(_ x: Tensor) throws(TensorError) -> Tensor {
    let rows = try x.flattened()
    return try rows.matrixProduct(try rows.transposed()).normalised(axis: 1)
  }
}
