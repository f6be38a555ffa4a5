public import NeuralNet
public import TensorCore

/// What a network is trained for without a teacher.
public protocol TaskLoss {
  /// The weighted terms of the task's loss; `features` may come without taps.
  func terms(_ features: Features, _ batch: LabelledBatch) throws(TensorError) -> [LossTerm]
  /// Whether the logits are all that it reads.
  var readsLogitsAlone: Bool { get }
  /// The numbers that define it, by name: part of what a run is.
  var constants: [String: Double] { get }
}

extension TaskLoss {
  /// Features are read unless a loss says otherwise.
  public var readsLogitsAlone: Bool { false }
  /// A loss without numbers of its own.
  public var constants: [String: Double] { [:] }
}

/// Image classification: the mean cross-entropy in nats.
public struct ClassificationLoss: TaskLoss, Hashable, Sendable {
  /// Makes a loss.
  public init() {}

  /// The cross-entropy needs no taps.
  public var readsLogitsAlone: Bool { true }

  /// The term `ce`.
  public func terms(_ features: Features, _ batch: LabelledBatch) throws(TensorError) -> [LossTerm]
  {
    [LossTerm("ce", try features.logits.crossEntropy(labels: batch.labels))]
  }
}

extension Network {
  /// The features without taps where the task can do without; some networks move running statistics twice for them.
  func taskFeatures(of images: Tensor, _ mode: ForwardMode, _ task: any TaskLoss)
    throws(TensorError) -> Features
  {
    task.readsLogitsAlone
      ? Features(taps: [], logits: try logits(of: images, mode))
      : try features(of: images, mode)
  }
}
