import Distillation

extension MethodCard {
  /// Attention feature distillation.
  public static let afd = MethodCard(
    "afd", "Wang et al. 2019", isInPaper: true, family: .zoo,
    uses: [
      .classification: MethodUse(
        taps: MethodUse.stages, weight: 500, constants: AttentiveFeatures.constants
      ) { context in
        context.objective(
          main: context.part(
            try AttentiveFeatures(
              student: context.student, teacher: context.teacher.network, store: context.store)))
      }
    ])
}
