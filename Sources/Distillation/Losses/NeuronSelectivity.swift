public import TensorCore

/// Neuron selectivity transfer (Huang and Wang 2017): the maximum mean discrepancy of the channels' maps, each
/// divided by its norm, under the kernel (a b)²; summed over taps.
public struct NeuronSelectivity: FeatureLoss, Hashable, Sendable {
  /// Makes a loss.
  public init() {}

  /// The loss over all taps.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    var terms: [Tensor] = []
    for (own, other) in try lesson.activatedTaps() { terms.append(try discrepancy(own, other)) }
    return try Tensor.sum(terms)
  }

  /// The loss of one pair of maps [N, C, H, W].
  public func discrepancy(_ own: Tensor, _ other: Tensor) throws(TensorError) -> Tensor {
    let (x, y) = try Tensor.pooledAlike(own, other.detached())
    let s = try Self.channels(x)
    let t = try Self.channels(y)
    let same = try (try Self.kernel(t, t)) + (try Self.kernel(s, s))
    return try same - (try Self.kernel(s, t) * 2)
  }

  private static func channels(_ x: Tensor) throws(TensorError) -> Tensor {
    try x.reshaped([x.shape[0], x.shape[1], -1]).normalised(axis: 2)
  }

  private static func kernel(_ x: Tensor, _ y: Tensor) throws(TensorError) -> Tensor {
    try x.matrixProduct(try y.transposed()).squared().mean()
  }
}
