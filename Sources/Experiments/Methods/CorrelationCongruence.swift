import Distillation

extension MethodCard {
  /// Correlation congruence.
  public static let cc = MethodCard(
    "cc", "Peng et al. 2019",
    uses: [
      .classification: .between(taps: MethodUse.embedding, weight: 0.02) {
        try CorrelationCongruence(student: $0, teacher: $1, store: $2)
      }
    ])
}
