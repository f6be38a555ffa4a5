public import NeuralNet
public import TensorCore

/// The loss of SSD (Liu et al. 2016) as ssd.pytorch computes it: smooth L1 of the offsets of boxes with an object and
/// cross-entropy of the classes of these and of the hardest backgrounds, each summed and divided by the number of
/// boxes with an object in the whole batch.
public struct MultiBoxLoss: TaskLoss, Hashable, Sendable {
  /// Backgrounds per box with an object, image by image.
  public let negativesPerPositive: Double

  /// Three backgrounds for each object's box, as published.
  public init(negativesPerPositive: Double = 3) {
    self.negativesPerPositive = negativesPerPositive
  }

  /// Backgrounds per box with an object.
  public var constants: [String: Double] { ["negatives_per_positive": negativesPerPositive] }

  /// The terms `location` and `confidence`.
  public func terms(_ features: Features, _ batch: LabelledBatch) throws(TensorError) -> [LossTerm]
  {
    guard let offsets = features.offsets, let targets = batch.offsets else {
      throw TensorError(
        operation: "multibox loss", code: .refused, message: "a detector and its targets are needed"
      )
    }
    let choice = try selection(logits: features.logits, labels: batch.labels)
    let location = try (try offsets - targets).smoothL1().sum([2])
    return [
      LossTerm("location", try (try location * choice.positives).sum() / choice.count),
      LossTerm("confidence", try (try choice.entropy * choice.used).sum() / choice.count),
    ]
  }

  /// The boxes of a batch that count.
  public struct Selection {
    /// Cross-entropy of every box, [N, boxes].
    public let entropy: Tensor
    /// 1 for boxes with an object, [N, boxes].
    public let positives: Tensor
    /// 1 for these and the hardest backgrounds, [N, boxes].
    public let used: Tensor
    /// Boxes with an object, a scalar of at least 1.
    public let count: Tensor
  }

  /// Chooses the backgrounds with the largest cross-entropy; the choice carries no gradient, and nothing leaves the
  /// device.
  public func selection(logits: Tensor, labels: Tensor) throws(TensorError) -> Selection {
    let (images, boxes, classes) = (logits.shape[0], logits.shape[1], logits.shape[2])
    let entropy = try logits.logSoftmax().reshaped([images * boxes, classes])
      .gatheredColumns(try labels.reshaped([images * boxes, 1])).negated()
      .reshaped([images, boxes])
    return try withoutGradient { () throws(TensorError) in
      let positives = try labels.isGreater(than: 0).converted(to: logits.dtype())
      let perImage = try positives.sum([1], keepingAxes: true)
      let hardness = try entropy.detached() * (try positives.negated() + 1)
      let ranks = try hardness.descendingOrder(axis: 1).ranks(like: hardness)
      let wanted = try (try perImage * negativesPerPositive).atMost(Double(boxes - 1))
      let negatives = try wanted.isGreater(than: ranks).converted(to: logits.dtype())
      return Selection(
        entropy: entropy, positives: positives, used: try positives.maximum(negatives),
        count: try perImage.sum().atLeast(1))
    }
  }
}

extension Tensor {
  /// For an order of each row's elements the place of each element in it, in the type of `model`.
  fileprivate func ranks(like model: Tensor) throws(TensorError) -> Tensor {
    // The largest of the negated order comes first, which inverts the permutation.
    try (try negated().descendingOrder(axis: 1)).converted(to: model.dtype())
  }
}

/// Soft targets for a detector: T² KL(softmax(t/T) || softmax(s/T)) of the boxes that the confidence term of the
/// student counts, over the number of boxes with an object. A choice of this suite; the paper names none.
public struct BoxSoftTargets: FeatureLoss, Hashable, Sendable {
  /// T
  public let temperature: Double
  /// The logits alone.
  public var inputs: LossInputs { .student }
  /// T, and how the boxes are chosen.
  public var constants: [String: Double] {
    boxes.constants.merging(["temperature": temperature]) { $1 }
  }
  private let boxes = MultiBoxLoss()

  /// Makes a loss.
  public init(temperature: Double) { self.temperature = temperature }

  /// The loss in nats; gradients flow to the student's logits only.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    let choice = try boxes.selection(
      logits: lesson.student.logits, labels: lesson.batch.labels)
    let divergence = try lesson.student.logits
      .softened(against: lesson.teacher.logits, temperature: temperature).sum([2])
    return try (try divergence * choice.used).sum() * (temperature * temperature) / choice.count
  }
}
