public import TensorCore

/// Probabilistic knowledge transfer (Passalis and Tefas 2018): the divergence of the batch's cosine
/// similarities, read as probabilities of neighbours, on the pooled last tap.
public struct ProbabilisticTransfer: FeatureLoss, Hashable, Sendable {
  private static let epsilon = 1e-7
  /// What keeps quotients finite.
  public var constants: [String: Double] { ["epsilon": Self.epsilon] }

  /// Makes a loss.
  public init() {}

  /// The loss of the last taps, averaged over positions.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    let (own, other) = try lesson.embeddings()
    return try divergence(own, other)
  }

  /// The loss of embeddings [N, D].
  public func divergence(_ own: Tensor, _ other: Tensor) throws(TensorError) -> Tensor {
    let p = try Self.neighbours(other.detached())
    let q = try Self.neighbours(own)
    let ratio = try (try p + Self.epsilon) / (try q + Self.epsilon)
    return try (try p * (try ratio.logarithm())).mean()
  }

  private static func neighbours(_ x: Tensor) throws(TensorError) -> Tensor {
    let norms = try x.squared().sum([1], keepingAxes: true).atLeast(1e-30).squareRoot()
    let rows = try x / (try norms + epsilon)
    let similarity = try (try rows.matrixProduct(try rows.transposed()) + 1) / 2
    return try similarity / (try similarity.sum([1], keepingAxes: true))
  }
}
