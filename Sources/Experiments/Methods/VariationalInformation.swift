import Distillation

extension MethodCard {
  /// Variational information distillation.
  public static let vid = MethodCard(
    "vid", "Ahn et al. 2019",
    uses: [
      .classification: .between(taps: MethodUse.stages, weight: 1) {
        try VariationalInformation(student: $0, teacher: $1, store: $2)
      }
    ])
}
