public import TensorCore

/// Decoupled KD (Zhao et al. 2022): T² (alpha KL over the true class against the rest + beta KL among the
/// rest), averaged over the batch.
public struct DecoupledDistillation: FeatureLoss, Hashable, Sendable {
  /// Weight of the true class's part.
  public let alpha: Double
  /// Weight of the other classes' part.
  public let beta: Double
  /// T
  public let temperature: Double
  /// What the true class's logit is lowered by, so that it takes no part among the rest.
  private static let exclusion = 1000.0

  /// The logits alone.
  public var inputs: LossInputs { .student }
  /// Both weights and T.
  public var constants: [String: Double] {
    ["alpha": alpha, "beta": beta, "temperature": temperature]
  }

  /// Makes a loss; the defaults are the authors' on CIFAR-100.
  public init(alpha: Double = 1, beta: Double = 8, temperature: Double = 4) {
    self.alpha = alpha
    self.beta = beta
    self.temperature = temperature
  }

  /// The loss of the logits.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    try divergence(lesson.student.logits, lesson.teacher.logits, labels: lesson.batch.labels)
  }

  /// The loss of logits [N, classes] under labels [N].
  public func divergence(_ own: Tensor, _ other: Tensor, labels: Tensor) throws(TensorError)
    -> Tensor
  {
    let truth = try own.classMask(labels)
    let s = try own / temperature
    let t = try other.detached() / temperature
    let target = try Self.divergence(try Self.pair(t, truth), try Self.pair(s, truth))
    let rest = try truth * Self.exclusion
    let among = try Self.divergence(
      try (t - rest).logSoftmax().exponential(), try (s - rest).logSoftmax())
    return try (try target * alpha + (try among * beta))
      * (temperature * temperature / Double(own.shape[0]))
  }

  /// Sum of p (log p - q') for probabilities p and log-probabilities q'.
  private static func divergence(_ p: Tensor, _ logarithm: Tensor) throws(TensorError) -> Tensor {
    // Where p is 0 the product is 0, whatever its logarithm.
    let own = try p.atLeast(1e-38).logarithm()
    return try (try p * (try own - logarithm)).sum()
  }

  private static func divergence(
    _ target: (true: Tensor, rest: Tensor), _ own: (true: Tensor, rest: Tensor)
  ) throws(TensorError) -> Tensor {
    let first = try divergence(target.true, try own.true.logarithm())
    return try first + (try divergence(target.rest, try own.rest.logarithm()))
  }

  /// Probabilities of the true class and of all others together, [N] each.
  private static func pair(_ logits: Tensor, _ truth: Tensor) throws(TensorError) -> (
    true: Tensor, rest: Tensor
  ) {
    let p = try logits.logSoftmax().exponential()
    let others = try p - (try p * truth)
    return (try (try p * truth).sum([1]), try others.sum([1]))
  }
}
