import Distillation

extension MethodCard {
  /// Factor transfer; its paraphraser learns first.
  public static let ft = MethodCard(
    "ft", "Kim et al. 2018", isInPaper: true, preparation: .fixed(0.01),
    uses: [
      .classification: MethodUse(
        taps: MethodUse.lastStage, weight: 500, constants: FactorTransfer.usualConstants
      ) { context in
        let paraphraser = try Paraphraser(
          channels: context.teacher.network.tapChannels.last ?? 0, store: context.store)
        return context.objective(
          main: context.part(
            try FactorTransfer(
              paraphraser: paraphraser, student: context.student, store: context.store)),
          preparation: .init("paraphraser", ParaphraserLoss(paraphraser), weight: 1))
      }
    ])
}
