import Distillation

extension MethodCard {
  /// Soft targets. On detectors and segmentations a choice of this suite: no code has it.
  public static let kd = MethodCard(
    "kd", "Hinton et al. 2015", isInPaper: true,
    uses: [
      .classification: softened(.classification, weight: 0.9, .share),
      .detection: softened(.detection, weight: 1, isAuthorsWeight: false),
      .segmentation: softened(.segmentation, weight: 1, isAuthorsWeight: false),
    ])

  private static let temperature = 4.0

  private static func softened(
    _ task: VisionTask, weight: Double, _ kind: MethodUse.WeightKind = .factor,
    isAuthorsWeight: Bool = true
  ) -> MethodUse {
    .plain(
      task.softTargets.loss(temperature), taps: task.softTargets.taps, weight: weight, kind,
      isAuthorsWeight: isAuthorsWeight, name: "kl")
  }
}
