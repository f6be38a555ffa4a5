import DeviceCheck
import Distillation
import TensorCore

/// Losses between features or logits without parameters of their own.
enum FeatureLossCheck {
  static func run(_ node: ReferenceNode, _ name: String, _ comparison: Comparison) throws {
    for item in try node.at("cases").list() {
      let inputs = try CaseInputs(item)
      let (own, other) = (try inputs("student"), try inputs("teacher"))
      let expected = try item.at("expected")
      let loss: Tensor =
        switch name {
        case "at": try AttentionTransfer().distance(own, other)
        case "sp": try SimilarityPreserving().distance(own, other)
        case "pkt": try ProbabilisticTransfer().divergence(own, other)
        case "nst": try NeuronSelectivity().discrepancy(own, other)
        case "dkd": try decoupled(item).divergence(own, other, labels: inputs("labels"))
        default: try relational(item).relation(own, other)
        }
      try inputs.check(loss, expected, comparison)
      for (key, part) in [
        ("distance_only_weight_1", RelationalDistillation(distanceWeight: 1, angleWeight: 0)),
        ("angle_only_weight_1", RelationalDistillation(distanceWeight: 0, angleWeight: 1)),
      ] {
        guard let value = try expected.optional(key)?.number() else { continue }
        comparison.near(try part.relation(own, other).scalar(), value, 1e-7, key)
      }
    }
  }

  private static func decoupled(_ item: ReferenceNode) throws -> DecoupledDistillation {
    let settings = try item.at("settings")
    return DecoupledDistillation(
      alpha: try settings.at("alpha").number(), beta: try settings.at("beta").number(),
      temperature: try settings.at("T").number())
  }

  private static func relational(_ item: ReferenceNode) throws -> RelationalDistillation {
    let settings = try item.at("settings")
    return RelationalDistillation(
      distanceWeight: try settings.at("w_distance").number(),
      angleWeight: try settings.at("w_angle").number())
  }
}
