import Distillation

extension MethodCard {
  /// DIST.
  public static let dist = MethodCard(
    "dist", "Huang et al. 2022",
    uses: [.classification: .plain(StrongerTeacher(), taps: "logits", weight: 1)])
}
