public import NeuralNet
public import TensorCore

/// Soft targets (Hinton, Vinyals, Dean 2015): T² KL(softmax(t/T) || softmax(s/T)), summed over classes,
/// averaged over the batch.
public struct SoftTargetLoss: Hashable, Sendable {
  /// T
  public let temperature: Double

  /// Makes a loss.
  public init(temperature: Double) { self.temperature = temperature }

  /// The loss in nats of logits [N, classes]; gradients flow to the student's only.
  public func callAsFunction(student: Tensor, teacher: Tensor) throws(TensorError) -> Tensor {
    let own = try (try student / temperature).logSoftmax()
    let other = try (try teacher.detached() / temperature).logSoftmax()
    let divergence = try (try other.exponential() * (try other - own)).sum()
    return try divergence * (temperature * temperature / Double(student.shape[0]))
  }
}

/// KD as the OFD paper's baseline is usually run: T = 4, 0.9 soft targets + 0.1 cross-entropy.
public struct SoftTargetObjective: Objective {
  /// The network that is trained.
  public let student: any Classifier
  /// The network that it learns from.
  public var teacher: (any Classifier)? { source.network }
  /// There are none.
  public var connectors: ParameterStore? { nil }
  private let source: TeacherPass
  private let loss: SoftTargetLoss
  private let weight: Double

  /// Distils with `weight` on the soft targets and 1 - `weight` on the cross-entropy.
  public init(
    student: any Classifier, teacher: TeacherPass, temperature: Double, weight: Double
  ) {
    self.student = student
    self.source = teacher
    self.weight = weight
    loss = SoftTargetLoss(temperature: temperature)
  }

  /// The terms `ce` and `kl`.
  public func terms(_ batch: LabelledBatch, at position: StepPosition) throws(TensorError)
    -> [LossTerm]
  {
    let other = try source.logits(of: batch.images)
    let own = try student.logits(of: batch.images, .train)
    return [
      LossTerm("ce", try own.crossEntropy(labels: batch.labels), coefficient: 1 - weight),
      LossTerm("kl", try loss(student: own, teacher: other), coefficient: weight),
    ]
  }
}
