import Distillation

extension MethodCard {
  /// FitNets. On detectors the weight is a choice of this suite.
  public static let fitnets = MethodCard(
    "fitnets", "Romero et al. 2015", isInPaper: true,
    uses: [
      .classification: hint("stage 2, behind ReLU", weight: 100, isAuthorsWeight: true),
      .detection: hint("19-cell map, behind ReLU", weight: 1, isAuthorsWeight: false),
    ])

  private static func hint(_ taps: String, weight: Double, isAuthorsWeight: Bool) -> MethodUse {
    MethodUse(
      taps: taps, weight: weight, isAuthorsWeight: isAuthorsWeight,
      constants: HintLoss.usualConstants
    ) { context in
      let (student, teacher) = (context.student, context.teacher.network)
      let sizes = try [student, teacher].map {
        try $0.tapHeights(context.data.imageSize)[HintLoss.usualTap]
      }
      return context.objective(
        main: context.part(
          try HintLoss(
            student: student, teacher: teacher, sizes: (sizes[0], sizes[1]), store: context.store)))
    }
  }
}
