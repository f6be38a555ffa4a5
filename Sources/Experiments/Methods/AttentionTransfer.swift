import Distillation

extension MethodCard {
  /// Attention transfer. On detectors and segmentations a choice of this suite.
  public static let at = MethodCard(
    "at", "Zagoruyko and Komodakis 2017", isInPaper: true,
    uses: [
      .classification: .plain(AttentionTransfer(), taps: MethodUse.stages, weight: 1000),
      .detection: .plain(
        AttentionTransfer(), taps: "\(MethodUse.maps), behind ReLU", weight: 1000,
        isAuthorsWeight: false),
      .segmentation: .plain(
        AttentionTransfer(), taps: "\(MethodUse.segmentationMaps), behind ReLU", weight: 1000,
        isAuthorsWeight: false),
    ])
}
