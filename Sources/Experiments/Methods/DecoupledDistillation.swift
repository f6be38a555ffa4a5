import Distillation

extension MethodCard {
  /// Decoupled KD; its weight rises over mdistiller's warm-up.
  public static let dkd = MethodCard(
    "dkd", "Zhao et al. 2022", warmUp: mdistillerWarmUp,
    uses: [.classification: .plain(DecoupledDistillation(), taps: "logits", weight: 1)])

  /// 20 of 240 epochs.
  static let mdistillerWarmUp = 20.0 / 240
}
