import Distillation

extension MethodCard {
  /// Attention feature distillation.
  public static let afd = MethodCard(
    "afd", "Wang et al. 2019", isInPaper: true, family: .zoo,
    uses: [
      .classification: .between(taps: MethodUse.stages, weight: 500) {
        try AttentiveFeatures(student: $0, teacher: $1, store: $2)
      }
    ])
}
