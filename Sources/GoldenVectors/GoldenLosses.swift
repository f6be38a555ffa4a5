import Distillation
import TensorCore

/// The losses of which there can be golden vectors, with the check of a case of each.
enum GoldenLosses {
  typealias Check = @Sendable (GoldenCase) throws -> Void

  static let checks: [String: Check] = [
    "ab": { try $0.boundaries() },
    "afd": { try $0.attention() },
    "at": between { _, own, other in try AttentionTransfer().distance(own, other) },
    "cc": between { _, own, other in try CorrelationCongruence.congruence(own, other) },
    "crd": { try $0.contrast() },
    "dkd": between { item, own, other in
      try item.decoupled().divergence(own, other, labels: item("labels"))
    },
    "fitnets": { try $0.hints() },
    "fsp": { try $0.flows() },
    "ft": { try $0.factors() },
    "jacobian": { try $0.jacobian() },
    "kd": { try $0.softTargets() },
    "london_lipschitz": { try $0.lipschitzPair() },
    "london_power_iteration": { try $0.powerIteration() },
    "london_total": { try $0.overhaul() },
    "metrics_and_seg_ce": { try $0.segmentation() },
    "nst": between { _, own, other in try NeuronSelectivity().discrepancy(own, other) },
    "ofd_full": { try $0.overhaul() },
    "ofd_margin": { try $0.channelMargins() },
    "ofd_partial_l2": { try $0.partialDistance() },
    "pkt": between { _, own, other in try ProbabilisticTransfer().divergence(own, other) },
    "reviewkd": { try $0.review() },
    "rkd": { try $0.relation() },
    "sp": between { _, own, other in try SimilarityPreserving().distance(own, other) },
    "ssd_boxes": { try $0.boxes() },
    "vid": { try $0.variational() },
  ]

  /// A loss between the maps or logits of student and teacher, without parameters of its own.
  private static func between(
    _ loss: @escaping @Sendable (GoldenCase, Tensor, Tensor) throws -> Tensor
  ) -> Check {
    { try $0.loss(loss($0, $0("student"), $0("teacher"))) }
  }
}

extension GoldenCase {
  fileprivate func decoupled() throws -> DecoupledDistillation {
    DecoupledDistillation(
      alpha: try settings.at("alpha").number(), beta: try settings.at("beta").number(),
      temperature: try settings.at("T").number())
  }

  fileprivate func relation() throws {
    let (own, other) = (try self("student"), try self("teacher"))
    let whole = RelationalDistillation(
      distanceWeight: try settings.at("w_distance").number(),
      angleWeight: try settings.at("w_angle").number())
    try loss(whole.relation(own, other))
    let distances = RelationalDistillation(distanceWeight: 1, angleWeight: 0)
    let angles = RelationalDistillation(distanceWeight: 0, angleWeight: 1)
    try number(distances.relation(own, other), ifExpected: "distance_only_weight_1")
    try number(angles.relation(own, other), ifExpected: "angle_only_weight_1")
  }
}
