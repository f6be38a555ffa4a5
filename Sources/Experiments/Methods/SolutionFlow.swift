import Distillation

extension MethodCard {
  /// Flow of solution procedure: a preparation alone.
  public static let fsp = MethodCard(
    "fsp", "Yim et al. 2017", preparation: .base,
    uses: [
      .classification: MethodUse(taps: MethodUse.stages, weight: 1) { context in
        let flow = try SolutionFlow(
          student: context.student, teacher: context.teacher.network, store: context.store)
        return context.objective(main: nil, preparation: context.part(flow))
      }
    ])
}
