import Distillation

extension MethodCard {
  /// Jacobian matching.
  public static let jacobian = MethodCard(
    "jacobian", "Srinivas and Fleuret 2018", isInPaper: true, family: .zoo,
    replicaRefusal: "needs second derivatives, which norms over replicas do not have",
    uses: [
      .classification: .plain(
        JacobianMatching(), taps: "gradient of the true logit by the image", weight: 20)
    ])
}
