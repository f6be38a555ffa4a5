import Distillation

extension MethodCard {
  /// Relational KD.
  public static let rkd = MethodCard(
    "rkd", "Park et al. 2019",
    uses: [
      .classification: .plain(RelationalDistillation(), taps: MethodUse.embedding, weight: 1)
    ])
}
