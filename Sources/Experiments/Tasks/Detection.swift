import Distillation

extension VisionTask {
  /// Boxes with their classes.
  public static let detection = VisionTask(
    id: "detection", metrics: .detection, drawsPanels: true
  ) { _ in MultiBoxLoss() }
}
