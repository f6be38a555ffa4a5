import Distillation

extension MethodCard {
  /// Soft targets. On detectors and segmentations a choice of this suite: no code has it.
  public static let kd = MethodCard(
    "kd", "Hinton et al. 2015", isInPaper: true,
    uses: [
      .classification: .plain(
        SoftTargetLoss(temperature: 4), taps: "logits", weight: 0.9, .share, name: "kl"),
      .detection: .plain(
        BoxSoftTargets(temperature: 4), taps: "classes of the boxes that the loss counts",
        weight: 1, isAuthorsWeight: false,
        name: "kl"),
      .segmentation: .plain(
        PixelSoftTargets(temperature: 4), taps: "logits of every pixel that is not void", weight: 1,
        isAuthorsWeight: false,
        name: "kl"),
    ])
}
