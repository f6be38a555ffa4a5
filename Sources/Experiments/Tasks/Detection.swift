import Distillation

extension VisionTask {
  /// Boxes with their classes.
  public static let detection = VisionTask(
    id: "detection", metrics: .detection,
    softTargets: .init(taps: "classes of the boxes that the loss counts") {
      BoxSoftTargets(temperature: $0)
    }, drawsPanels: true
  ) { _ in MultiBoxLoss() }
}
