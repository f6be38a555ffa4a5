import Distillation

extension MethodCard {
  /// Correlation congruence.
  public static let cc = MethodCard(
    "cc", "Peng et al. 2019",
    uses: [
      .classification: MethodUse(
        taps: MethodUse.embedding, weight: 0.02, constants: CorrelationCongruence.constants
      ) { context in
        context.objective(
          main: context.part(
            try CorrelationCongruence(
              student: context.student, teacher: context.teacher.network, store: context.store)))
      }
    ])
}
