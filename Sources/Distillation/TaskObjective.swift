public import NeuralNet
import Randomness
public import TensorCore

/// Training without a teacher: the task's own loss, for classes with mixup where a recipe has it.
public struct TaskObjective: Objective {
  /// The network that is trained.
  public let student: any Network
  /// There is none.
  public var teacher: (any Network)? { nil }
  /// There are none.
  public var connectors: ParameterStore? { nil }
  private let task: any TaskLoss
  private let mixup: Mixup?

  /// Trains `student` alone.
  public init(
    student: any Network, task: any TaskLoss = ClassificationLoss(), mixup: Mixup? = nil
  ) {
    self.student = student
    self.task = task
    self.mixup = mixup
  }

  /// The task's terms; `ce` with mixup.
  public func terms(_ batch: LabelledBatch, at position: StepPosition) throws(TensorError)
    -> [LossTerm]
  {
    guard let mixup else {
      return try task.terms(try student.taskFeatures(of: batch.images, position.mode, task), batch)
    }
    let mixed = try mixup(batch, step: position.step)
    let logits = try student.logits(of: mixed.images, position.mode)
    let first = try logits.crossEntropy(labels: batch.labels) * mixed.share
    let second = try logits.crossEntropy(labels: mixed.others) * (1 - mixed.share)
    return [LossTerm("ce", try first + second)]
  }
}

/// Mixup (Zhang et al. 2018) with alpha = 1: every image becomes share * image + (1 - share) * another one of the
/// batch, one uniform share for the batch, and its classes count with the same shares.
public struct Mixup: Hashable, Sendable {
  private let seed: UInt64

  /// Draws shares and partners of step i from stream (seed, mixup, i).
  public init(seed: UInt64) { self.seed = seed }

  /// The mixed images, the share of an image itself, and the classes of the others.
  public func callAsFunction(_ batch: LabelledBatch, step: Int) throws(TensorError) -> (
    images: Tensor, share: Double, others: Tensor
  ) {
    var stream = RandomStream(seed: seed, purpose: .mixup, UInt64(clamping: step))
    let share = stream.uniform()
    let order = try Tensor(
      stream.permutation(of: batch.count).map(Int64.init), shape: [batch.count],
      device: batch.images.device)
    let partners = try batch.images.rows(order) * (1 - share)
    return (try batch.images * share + partners, share, try batch.labels.rows(order))
  }
}
