import DeviceCheck
import Lipschitz
import Randomness
import TensorCore

enum TestStream {
  static var any: RandomStream { RandomStream(seed: 7, purpose: .powerIteration) }
}

enum LipschitzCheck {
  static func power(_ node: ReferenceNode, _ comparison: Comparison) throws {
    for item in try node.at("cases").list() {
      let inputs = try CaseInputs(item)
      let matrix = try inputs("G")
      let expected = try item.at("expected")
      let start = try Tensor.full(1, shape: [1, matrix.shape[1], 1], dtype: .float64)
      let value = try PowerIteration.singularValue(of: matrix, start: start, steps: 10)
      if let compared = expected.optional("sigma_10_images_0_and_1") {
        // The last image's start misses the leading direction: rounding decides.
        let first = try value.narrowed(axis: 0, start: 0, length: 2)
        try comparison.tensor(first, compared, 1e-7, "\(item.place) value")
        continue
      }
      try inputs.check(try value.sum(), expected, comparison)
      for (index, step) in try expected.at("sigma_after").list().enumerated() {
        let value = try PowerIteration.singularValue(
          of: matrix.detached(), start: start, steps: index + 1)
        if step.optional("shape") == nil {
          comparison.near(try value.scalar(), try step.number(), 1e-7, step.place)
        } else {
          try comparison.tensor(value, step, 1e-7, step.place)
        }
      }
    }
  }

  static func pairs(_ node: ReferenceNode, _ comparison: Comparison) throws {
    for item in try node.at("cases").list() {
      let norms: [(String, SpectralNorm)] = [
        ("unrolled_10_steps_ones", .powerIterationFromOnes(steps: 10)),
        ("unrolled_5_steps_ones", .powerIterationFromOnes(steps: 5)),
        ("unrolled_1_step_ones", .powerIterationFromOnes(steps: 1)),
        ("frozen_iterate_10_steps", .frozenIterateFromOnes(steps: 10)),
      ]
      for (key, norm) in norms {
        guard let expected = item.optional(key) else { continue }
        try check(item, expected, norm, tolerance: 1e-7, comparison)
      }
      // The fast mode against the singular value decomposition.
      try check(item, item.at("exact_svd"), .singularPair, tolerance: 1e-6, comparison)
    }
  }

  private static func check(
    _ item: ReferenceNode, _ expected: ReferenceNode, _ norm: SpectralNorm, tolerance: Double,
    _ comparison: Comparison
  ) throws {
    let inputs = try CaseInputs(item)
    let own = try FeaturePair(front: inputs("student_front"), back: inputs("student_back"))
    let other = try FeaturePair(
      front: inputs("teacher_front").detached(), back: inputs("teacher_back").detached())
    var stream = TestStream.any
    try comparison.tensor(
      norm.value(of: own, &stream), expected.at("sigma_student"), tolerance,
      "\(expected.place) student")
    try comparison.tensor(
      norm.value(of: other, &stream), expected.at("sigma_teacher"), tolerance,
      "\(expected.place) teacher")
    // One pair has the weight 1/2 in the loss of the method and 1 here.
    let loss = try LipschitzLoss(norm: norm)(student: [own], teacher: [other], &stream) * 2
    try inputs.check(loss, expected, tolerance: tolerance, comparison)
  }
}
