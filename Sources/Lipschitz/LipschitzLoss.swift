public import Randomness
public import TensorCore

/// The Lipschitz term of LONDON: sum over neighbouring taps i of
/// mean over the batch of (s_i^student - s_i^teacher)² / 2^(n-i-1), n taps, i = 0 ..< n-1.
public struct LipschitzLoss: Hashable, Sendable {
  /// How both singular values are taken.
  public var norm: SpectralNorm
  /// Whether the student's value carries a gradient. The first release computed it with gradients
  /// switched off, so its term was a constant.
  public var hasGradient: Bool

  /// Makes a loss.
  public init(norm: SpectralNorm, hasGradient: Bool = true) {
    self.norm = norm
    self.hasGradient = hasGradient
  }

  /// The loss, a scalar without a coefficient.
  ///
  /// `student` holds the pairs (connected F_i, unconnected F_{i+1}), as in the released code; `teacher`
  /// the raw ones, without a graph. `stream` draws the start vectors.
  public func callAsFunction(
    student: [FeaturePair], teacher: [FeaturePair], _ stream: inout RandomStream
  ) throws(TensorError) -> Tensor {
    precondition(student.count == teacher.count && !student.isEmpty)
    var total: Tensor?
    for (index, (own, other)) in zip(student, teacher).enumerated() {
      let target = try value(other, differentiable: false, &stream)
      let difference = try value(own, differentiable: hasGradient, &stream) - target
      let term = try difference.squared().mean() * weight(of: index, pairs: student.count)
      total = if let total { try total + term } else { term }
    }
    return total.unsafelyUnwrapped
  }

  private func weight(of index: Int, pairs: Int) -> Double {
    1 / Double(1 << (pairs - index))
  }

  private func value(
    _ pair: FeaturePair, differentiable: Bool, _ stream: inout RandomStream
  ) throws(TensorError) -> Tensor {
    if differentiable { return try norm.value(of: pair, &stream) }
    return try withoutGradient { () throws(TensorError) in try norm.value(of: pair, &stream) }
  }
}
