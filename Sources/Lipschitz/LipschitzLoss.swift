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
  /// How the student's value is held against the teacher's.
  public var comparison: Comparison
  /// Whether one matrix is taken per image, as released, or one for the whole batch, as the paper
  /// draws it.
  public var matrix: Matrix
  /// Whose value of the teacher counts.
  public var target: Target

  /// How two singular values are compared.
  public enum Comparison: String, Hashable, Sendable, CaseIterable {
    /// (s - t)²
    case difference
    /// (s / t - 1)²
    case ratio
  }

  /// Whose value of the teacher an image's own is held against. Everything but its own is a control: it keeps the term and
  /// destroys its meaning.
  public enum Target: String, Hashable, Sendable, CaseIterable {
    /// That of the same image.
    case own
    /// That of another image of the batch, by one random order for every pair of taps and step.
    case shuffled
    /// The running mean over the images so far, of which all images have the same.
    case constant
  }

  /// What a transmitting matrix sums over besides positions.
  public enum Matrix: String, Hashable, Sendable, CaseIterable {
    /// Nothing.
    case perSample = "sample"
    /// The images of the batch.
    case perBatch = "batch"
  }

  /// Makes a loss; the defaults are the released one's.
  public init(
    norm: SpectralNorm, hasGradient: Bool = true, comparison: Comparison = .difference,
    matrix: Matrix = .perSample, target: Target = .own
  ) {
    self.norm = norm
    self.hasGradient = hasGradient
    self.comparison = comparison
    self.matrix = matrix
    self.target = target
  }

  /// The loss, a scalar without a coefficient.
  ///
  /// `student` holds the pairs (connected F_i, unconnected F_{i+1}), as in the released code; `teacher`
  /// the raw ones, without a graph. `stream` draws the start vectors. A constant target needs its `means`, which move.
  public func callAsFunction(
    student: [FeaturePair], teacher: [FeaturePair], _ stream: inout RandomStream,
    means: RunningMeans? = nil
  ) throws(TensorError) -> Tensor {
    precondition(student.count == teacher.count && !student.isEmpty)
    precondition(target != .constant || means != nil, "a constant target has running means")
    var terms: [Tensor] = []
    for (index, (own, other)) in zip(student, teacher).enumerated() {
      let values = try value(other, differentiable: false, &stream)
      let target =
        if let means, target == .constant { try means.moved(by: values, pair: index) } else {
          try arranged(values, &stream)
        }
      let constant = try value(own, differentiable: hasGradient, &stream)
      let difference: Tensor =
        switch comparison {
        case .difference: try constant - target
        case .ratio: try constant / (try target.atLeast(Self.smallestConstant)) + -1
        }
      terms.append(try difference.squared().mean() * weight(of: index, pairs: student.count))
    }
    return try Tensor.sum(terms)
  }

  /// The teacher's values [N] in the order in which they count.
  private func arranged(_ values: Tensor, _ stream: inout RandomStream) throws(TensorError)
    -> Tensor
  {
    switch target {
    case .own, .constant: return values
    case .shuffled:
      let order = stream.permutation(of: values.count).map(Int64.init)
      return try values.rows(try Tensor(order, shape: [order.count], device: values.device))
    }
  }

  /// A teacher's value below this counts as it in a ratio.
  private static let smallestConstant = 1e-12

  private func weight(of index: Int, pairs: Int) -> Double {
    1 / Double(1 << (pairs - index))
  }

  private func value(
    _ pair: FeaturePair, differentiable: Bool, _ stream: inout RandomStream
  ) throws(TensorError) -> Tensor {
    let pair = matrix == .perBatch ? try pair.mergedBatch() : pair
    if differentiable { return try norm.value(of: pair, &stream) }
    return try withoutGradient { () throws(TensorError) in try norm.value(of: pair, &stream) }
  }
}
