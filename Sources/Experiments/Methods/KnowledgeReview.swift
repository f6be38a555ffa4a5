import Distillation

extension MethodCard {
  /// ReviewKD; its weight rises over mdistiller's warm-up.
  public static let reviewkd = MethodCard(
    "reviewkd", "Chen et al. 2021", warmUp: mdistillerWarmUp,
    uses: [
      .classification: MethodUse(
        taps: "stages 1 to 3 before ReLU, pooled stage 3", weight: 5,
        constants: KnowledgeReview.constants
      ) { context in
        context.objective(
          main: context.part(
            try KnowledgeReview(
              student: context.student, teacher: context.teacher.network, store: context.store)))
      }
    ])
}
