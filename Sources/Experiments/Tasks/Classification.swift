import Distillation

extension VisionTask {
  /// One class per image.
  public static let classification = VisionTask(
    id: "classification", metrics: .classification, drawsPanels: false
  ) { _ in ClassificationLoss() }
}
