import Distillation
import TensorCore

extension GoldenCase {
  func softTargets() throws {
    let (own, other) = (try self("student"), try self("teacher"))
    let settings = item.optional("settings")
    let temperature = try settings?.at("T").number() ?? 1
    if let alpha = try settings?.optional("alpha")?.number() {
      return try loss(unused(own, other, temperature, alpha))
    }
    for (key, temperature) in [("kl_T4_times_16", 4.0), ("T3_AB_style", 3), ("T1", 1)] {
      try number(
        SoftTargetLoss(temperature: temperature)(student: own, teacher: other), ifExpected: key)
    }
    let entropy = try own.crossEntropy(labels: self("labels"))
    let soft = try SoftTargetLoss(temperature: temperature)(student: own, teacher: other)
    guard let weight = try settings?.optional("kl_weight")?.number() else {
      return try loss(settings == nil ? entropy : soft)
    }
    try loss(entropy * (settings?.at("ce_weight").number() ?? 0) + (soft * weight))
  }

  /// The helper of LONDON's code that nothing there calls: T instead of T², and the entropy of what is already a
  /// log-softmax.
  private func unused(
    _ own: Tensor, _ other: Tensor, _ temperature: Double, _ alpha: Double
  ) throws -> Tensor {
    let entropy = try (own / temperature).logSoftmax().crossEntropy(labels: self("labels"))
    let soft = try SoftTargetLoss(temperature: temperature)(student: own, teacher: other)
    return try soft * (alpha / temperature) + (try entropy * (1 - alpha))
  }
}
