import Distillation

extension MethodCard {
  /// Similarity preserving.
  public static let sp = MethodCard(
    "sp", "Tung and Mori 2019",
    uses: [
      .classification: .plain(SimilarityPreserving(), taps: MethodUse.lastStage, weight: 3000)
    ])
}
