public import TensorCore

/// One term of a training loss, with its weight kept apart so that both can be reported.
public struct LossTerm {
  /// Short name: `ce`, `kl`, `ofd`, `lipschitz`.
  public let name: String
  /// The unweighted scalar.
  public let value: Tensor
  /// What the value is multiplied by in the total.
  public let coefficient: Double
  /// Whether the value is a sum over the batch, and the coefficient a constant over its images; otherwise the
  /// value is a mean. Replicas that share a batch must know.
  public let isSum: Bool

  /// Makes a term.
  public init(_ name: String, _ value: Tensor, coefficient: Double = 1, isSum: Bool = false) {
    self.name = name
    self.value = value
    self.coefficient = coefficient
    self.isSum = isSum
  }

  /// The weighted scalar.
  public func contribution() throws(TensorError) -> Tensor {
    coefficient == 1 ? value : try value * coefficient
  }
}

extension [LossTerm] {
  /// Sum of the weighted terms. There must be at least one.
  public func total() throws(TensorError) -> Tensor {
    var sum = try self[0].contribution()
    for term in dropFirst() { sum = try sum + (try term.contribution()) }
    return sum
  }
}
