import Distillation
import Lipschitz
import Randomness
import TensorCore

extension GoldenCase {
  /// What draws the starts of the fast mode, whose result does not depend on them.
  static var anyStream: RandomStream { RandomStream(seed: 7, purpose: .powerIteration) }

  func powerIteration() throws {
    let matrix = try self("G")
    let start = try Tensor.full(
      1, shape: [1, matrix.shape[1], 1], dtype: computation.dtype, device: computation.device)
    let value = try PowerIteration.singularValue(of: matrix, start: start, steps: 10)
    guard try expected.optional("sigma_10_images_0_and_1") == nil else {
      // The last image's start misses the leading direction: rounding decides.
      return try tensor(value.narrowed(axis: 0, start: 0, length: 2), "sigma_10_images_0_and_1")
    }
    try loss(value.sum())
    let bound = try tolerance("sigma_after")
    for (index, step) in try expected.at("sigma_after").list().enumerated() {
      let value = try PowerIteration.singularValue(
        of: matrix.detached(), start: start, steps: index + 1)
      if step.optional("shape") == nil {
        comparison.near(try value.scalar(), try step.number(), bound, step.place)
      } else {
        try comparison.tensor(value, step, bound, step.place)
      }
    }
  }

  func lipschitzPair() throws {
    let unrolled = [
      ("unrolled_10_steps_ones", "unrolled10/", SpectralNorm.powerIterationFromOnes(steps: 10)),
      ("unrolled_5_steps_ones", "unrolled5/", .powerIterationFromOnes(steps: 5)),
      ("unrolled_1_step_ones", "unrolled1/", .powerIterationFromOnes(steps: 1)),
      ("frozen_iterate_10_steps", "frozen/", .frozenIterateFromOnes(steps: 10)),
    ]
    for (key, prefix, norm) in unrolled {
      guard let part = item.optional(key) else { continue }
      try lipschitzPair(norm, part, prefix, float64: 1e-7)
    }
    // The fast mode against the singular value decomposition.
    try lipschitzPair(.singularPair, item.at("exact_svd"), "exact/", float64: 1e-6)
  }

  private func lipschitzPair(
    _ norm: SpectralNorm, _ part: ReferenceNode, _ prefix: String, float64: Double
  ) throws {
    let own = try FeaturePair(front: self("student_front"), back: self("student_back"))
    let other = try FeaturePair(
      front: self("teacher_front").detached(), back: self("teacher_back").detached())
    var stream = Self.anyStream
    for (pair, key) in [(own, "sigma_student"), (other, "sigma_teacher")] {
      try comparison.tensor(
        norm.value(of: pair, &stream), part.at(key), tolerance(prefix + key, float64: float64),
        "\(part.place) \(key)")
    }
    // One pair has the weight 1/2 in the loss of the method and 1 here.
    let value = try LipschitzLoss(norm: norm)(student: [own], teacher: [other], &stream) * 2
    try loss(value, against: part, prefix: prefix, float64: float64)
  }
}
