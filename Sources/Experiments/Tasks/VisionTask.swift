import Distillation
import Results

/// What networks are trained for: all that one task adds to the others. Every task is a value in a file of this directory.
public struct VisionTask: Sendable {
  /// Name in sentences.
  public let id: String
  /// What is measured of its networks.
  let metrics: TableMetrics
  /// The loss of a network without a teacher.
  let loss: @Sendable (LossCounting) -> any TaskLoss
  /// The loss by which its networks learn from softened outputs.
  let softTargets: SoftenedOutputs
  /// How the released code counts its losses.
  let releasedCounting: LossCounting
  /// What `equal` does where the released code is odd, in sentences.
  let equalDepartures: @Sendable (Recipe) -> [String]
  /// Whether a panel can show what its networks find.
  let drawsPanels: Bool

  init(
    id: String, metrics: TableMetrics, softTargets: SoftenedOutputs,
    releasedCounting: LossCounting = .mean, drawsPanels: Bool,
    equalDepartures: @escaping @Sendable (Recipe) -> [String] = { _ in [] },
    loss: @escaping @Sendable (LossCounting) -> any TaskLoss
  ) {
    self.id = id
    self.metrics = metrics
    self.softTargets = softTargets
    self.releasedCounting = releasedCounting
    self.drawsPanels = drawsPanels
    self.equalDepartures = equalDepartures
    self.loss = loss
  }
}

extension VisionTask: Hashable {
  /// Tasks are the same that have the same name.
  public static func == (left: VisionTask, right: VisionTask) -> Bool { left.id == right.id }

  /// Feeds the name to `hasher`.
  public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

/// How losses over many places of an image are counted.
public enum LossCounting: Hashable, Sendable {
  /// Means over the places that count; places beyond a photo do not.
  case mean
  /// As the released segmentation code does: divided by the batch once more, and places beyond a photo are background.
  case overBatchAgain

  /// The weight with which a loss that is a mean over the batch stands beside the task's own.
  func weight(_ weight: Double, batchSize: Int) -> Double {
    self == .overBatchAgain ? weight / Double(batchSize) : weight
  }
}
