import Distillation

extension VisionTask {
  /// One class per image.
  public static let classification = VisionTask(
    id: "classification", metrics: .classification,
    softTargets: .init(taps: "logits") { SoftTargetLoss(temperature: $0) }, drawsPanels: false
  ) { _ in ClassificationLoss() }
}
