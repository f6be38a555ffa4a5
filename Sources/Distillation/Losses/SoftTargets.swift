public import TensorCore

/// Soft targets (Hinton, Vinyals, Dean 2015): T² KL(softmax(t/T) || softmax(s/T)), summed over classes,
/// averaged over the batch.
public struct SoftTargetLoss: FeatureLoss, Hashable, Sendable {
  /// T
  public let temperature: Double
  /// The logits alone.
  public var inputs: LossInputs { .student }
  /// T
  public var constants: [String: Double] { ["temperature": temperature] }

  /// Makes a loss.
  public init(temperature: Double) { self.temperature = temperature }

  /// The loss of the logits.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    try self(student: lesson.student.logits, teacher: lesson.teacher.logits)
  }

  /// The loss in nats of logits [N, classes]; gradients flow to the student's only.
  public func callAsFunction(student: Tensor, teacher: Tensor) throws(TensorError) -> Tensor {
    let divergence = try student.softened(against: teacher, temperature: temperature).sum()
    return try divergence * (temperature * temperature / Double(student.shape[0]))
  }
}
