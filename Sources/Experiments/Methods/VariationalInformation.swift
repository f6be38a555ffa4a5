import Distillation

extension MethodCard {
  /// Variational information distillation.
  public static let vid = MethodCard(
    "vid", "Ahn et al. 2019",
    uses: [
      .classification: MethodUse(
        taps: MethodUse.stages, weight: 1, constants: VariationalInformation.constants
      ) { context in
        context.objective(
          main: context.part(
            try VariationalInformation(
              student: context.student, teacher: context.teacher.network, store: context.store)))
      }
    ])
}
