import Distillation

extension MethodCard {
  /// ReviewKD; its weight rises over mdistiller's warm-up.
  public static let reviewkd = MethodCard(
    "reviewkd", "Chen et al. 2021", warmUp: mdistillerWarmUp,
    uses: [
      .classification: .between(taps: "stages 1 to 3 before ReLU, pooled stage 3", weight: 5) {
        try KnowledgeReview(student: $0, teacher: $1, store: $2)
      }
    ])
}
