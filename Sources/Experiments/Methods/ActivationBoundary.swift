import Distillation

extension MethodCard {
  /// Activation boundary: it prepares the student's body, soft targets follow.
  public static let ab: MethodCard = {
    let soft = SoftTargetLoss(temperature: 3)
    return MethodCard(
      "ab", "Heo et al. 2019 (AB)", isInPaper: true, preparation: .base,
      uses: [
        .classification: MethodUse(
          taps: MethodUse.rawStages, weight: 1, .share,
          constants: ActivationBoundary.usualConstants.merging(soft.constants) { own, _ in own }
        ) { context in
          let boundary = try ActivationBoundary(
            student: context.student, teacher: context.teacher.network, store: context.store)
          return context.objective(
            main: context.part(soft, name: "kl"),
            preparation: .init(context.method.id, boundary, weight: 1))
        }
      ])
  }()
}
