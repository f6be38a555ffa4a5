public import NeuralNet
public import TensorCore

/// Semantic segmentation: the mean cross-entropy in nats over the pixels that are not void.
public struct SegmentationLoss: TaskLoss, Hashable, Sendable {
  /// The label of pixels that count nowhere.
  public static let void = 255

  /// Whether the mean is divided by the number of images once more, as the released code does.
  public let dividesByBatch: Bool

  /// Makes a loss.
  public init(dividesByBatch: Bool = false) { self.dividesByBatch = dividesByBatch }

  /// The cross-entropy needs no taps.
  public var readsLogitsAlone: Bool { true }

  /// The term `ce` of logits [N, C, H, W] and labels [N, H, W]; 0 for a batch of void.
  public func terms(_ features: Features, _ batch: LabelledBatch) throws(TensorError) -> [LossTerm]
  {
    let value = try features.logits.pixelCrossEntropy(labels: batch.labels, ignoring: Self.void)
    return [LossTerm("ce", value, coefficient: dividesByBatch ? 1 / Double(batch.wholeCount) : 1)]
  }
}

/// Soft targets for every pixel: T² KL(softmax(t/T) || softmax(s/T)), summed over classes, averaged over the pixels
/// that are not void.
public struct PixelSoftTargets: FeatureLoss, Hashable, Sendable {
  /// T
  public let temperature: Double
  /// The logits alone.
  public var inputs: LossInputs { .student }
  /// T
  public var constants: [String: Double] { ["temperature": temperature] }

  /// Makes a loss.
  public init(temperature: Double) { self.temperature = temperature }

  /// The loss in nats; gradients flow to the student's logits only.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    let divergence = try lesson.student.logits
      .softened(against: lesson.teacher.logits, temperature: temperature, axis: 1).sum([1])
    let counts = try withoutGradient { () throws(TensorError) in
      try lesson.batch.labels.isGreater(than: Double(SegmentationLoss.void) - 0.5)
        .converted(to: divergence.dtype()).negated() + 1
    }
    return try (try divergence * counts).sum() * (temperature * temperature)
      / (try counts.sum().atLeast(1))
  }
}
