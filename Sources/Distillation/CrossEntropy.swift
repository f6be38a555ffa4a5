public import NeuralNet
public import TensorCore

/// Training without a teacher: the mean cross-entropy in nats.
public struct CrossEntropyObjective: Objective {
  /// The network that is trained.
  public let student: any Classifier
  /// There is none.
  public var teacher: (any Classifier)? { nil }
  /// There are none.
  public var connectors: ParameterStore? { nil }

  /// Trains `student` alone.
  public init(student: any Classifier) { self.student = student }

  /// The term `ce`.
  public func terms(_ batch: LabelledBatch, at position: StepPosition) throws(TensorError)
    -> [LossTerm]
  {
    let logits = try student.logits(of: batch.images, .train)
    return [LossTerm("ce", try logits.crossEntropy(labels: batch.labels))]
  }
}
