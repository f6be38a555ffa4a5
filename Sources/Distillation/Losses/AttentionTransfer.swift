public import TensorCore

/// Attention transfer (Zagoruyko and Komodakis 2017): per tap the squared distance of the channels' mean
/// energy maps, each divided by its norm; mean over batch and positions, summed over taps.
public struct AttentionTransfer: FeatureLoss, Hashable, Sendable {
  /// Makes a loss.
  public init() {}

  /// The loss over all taps.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    var terms: [Tensor] = []
    for (own, other) in try lesson.activatedTaps() { terms.append(try distance(own, other)) }
    return try Tensor.sum(terms)
  }

  /// The loss of one pair of maps [N, C, H, W].
  public func distance(_ own: Tensor, _ other: Tensor) throws(TensorError) -> Tensor {
    let (x, y) = try Tensor.pooledAlike(own, other.detached())
    return try (try Self.map(x) - (try Self.map(y))).squared().mean()
  }

  private static func map(_ x: Tensor) throws(TensorError) -> Tensor {
    try x.squared().mean([1]).flattened().normalised(axis: 1)
  }
}
