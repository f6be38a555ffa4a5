import Distillation
import Foundation
import Lipschitz
import ModelZoo
import NeuralNet
import Randomness
import TensorCore
import Testing

struct ObjectiveTests {
  private func network(_ seed: UInt64) throws -> any Network {
    try Architecture.wideResNet(depth: 10, width: 1).makeNetwork(
      classCount: 10, store: ParameterStore(seed: seed))
  }

  private func batch() throws -> LabelledBatch {
    var stream = RandomStream(seed: 5, purpose: .synthesis)
    return LabelledBatch(
      images: try Tensor(
        stream.normals(count: 4 * 3 * 256, standardDeviation: 1), shape: [4, 3, 16, 16]),
      labels: try Tensor([0, 3, 5, 9] as [Int64], shape: [4]))
  }

  private func london(gradient: Bool) throws -> LipschitzGuidedObjective {
    let overhaul = try FeatureOverhaulObjective(
      student: network(1), teacher: TeacherPass(network(2), .eval),
      connectors: ParameterStore(seed: 3), coefficient: 1e-3)
    return LipschitzGuidedObjective(
      overhaul,
      loss: LipschitzLoss(norm: .powerIteration(steps: 10), hasGradient: gradient),
      weight: .alpha(0.25, lateFactor: 1), seed: 4)
  }

  private let position = StepPosition(epoch: 0, epochs: 1, step: 0)

  @Test("the stop-gradient variant has the same value and no gradient")
  func stopGradient() throws {
    let live = try london(gradient: true).terms(batch(), at: position)
    let dead = try london(gradient: false).terms(batch(), at: position)
    #expect(live.map(\.name) == ["ce", "ofd", "lipschitz"])
    #expect(try live[2].value.scalar() == dead[2].value.scalar())
    #expect(live[2].value.requiresGradient)
    #expect(!dead[2].value.requiresGradient)
  }

  @Test("the teacher never gets a gradient and its parameters stay")
  func teacherIsConstant() throws {
    let objective = try london(gradient: true)
    let teacher = try #require(objective.teacher)
    let before = try teacher.store.entries.map { try $0.tensor.bytes() }
    try objective.terms(batch(), at: position).total().backward()
    #expect(try teacher.store.entries.map { try $0.tensor.bytes() } == before)
    #expect(try teacher.store.parameters.allSatisfy { try $0.gradient() == nil })
  }

  @Test("a zero matrix gives a finite value and a finite gradient in both modes")
  func zeroMatrix() throws {
    for norm in [SpectralNorm.powerIteration(steps: 10), .singularPair] {
      let zero = try Tensor.full(0, shape: [2, 3, 4, 4])
      try zero.setRequiresGradient(true)
      var stream = RandomStream(seed: 0, purpose: .powerIteration)
      let value = try norm.value(of: FeaturePair(front: zero, back: zero), &stream).sum()
      #expect(abs(try value.scalar()) < 1e-6)
      let gradient = try #require(try value.gradients(of: [zero])[0])
      #expect(try gradient.values(as: Float.self).allSatisfy(\.isFinite))
    }
  }

  /// Maps [channels, side] in front and behind: more positions than channels, fewer (so that the pair is found over the
  /// positions), and either map the taller one.
  @Test(
    "fast and reference mode agree within 1e-4 after 200 power steps, in both memory orders",
    arguments: [
      ([6, 5], [6, 5]), ([6, 4], [8, 2]), ([9, 6], [7, 3]), ([5, 2], [8, 4]), ([8, 2], [6, 2]),
    ], [Tensor.Layout.contiguous, .channelsLast])
  func modesAgree(_ extents: ([Int], [Int]), _ layout: Tensor.Layout) throws {
    var stream = RandomStream(seed: 9, purpose: .synthesis)
    let maps = try [extents.0, extents.1].map { extent in
      let shape = [3, extent[0], extent[1], extent[1]]
      let map = try Tensor(
        stream.normals(count: shape.reduce(1, *), standardDeviation: 1), shape: shape,
        dtype: .float64
      ).converted(to: .float64, device: .cpu, layout: layout)
      try map.setRequiresGradient(true)
      return map
    }
    let results = try [SpectralNorm.powerIteration(steps: 200), .singularPair].map { norm in
      let pair = try FeaturePair(front: maps[0], back: maps[1])
      let value = try norm.value(of: pair, &stream).sum()
      let gradients = try value.gradients(of: maps).flatMap {
        try #require($0).values(as: Double.self)
      }
      return (try value.scalar(), gradients)
    }
    #expect(abs(results[0].0 - results[1].0) < 1e-6 * results[0].0)
    let scale = results[0].1.map(abs).max() ?? 0
    #expect(scale > 0)
    for (left, right) in zip(results[0].1, results[1].1) {
      #expect(abs(left - right) < 1e-4 * scale)
    }
  }

  @Test("the batch's matrix is the mean of the images', and a ratio of equals costs nothing")
  func batchMatrixAndRatio() throws {
    var stream = RandomStream(seed: 12, purpose: .synthesis)
    let maps = try (0..<2).map { _ in
      try Tensor(
        stream.normals(count: 3 * 4 * 25, standardDeviation: 1), shape: [3, 4, 5, 5],
        dtype: .float64)
    }
    let pair = try FeaturePair(front: maps[0], back: maps[1])
    let mean = try pair.transmittingMatrix().mean([0]).values(as: Double.self)
    let merged = try pair.mergedBatch().transmittingMatrix().values(as: Double.self)
    #expect(merged.count == mean.count)
    let near = zip(merged, mean).allSatisfy { abs($0 - $1) < 1e-12 }
    #expect(near)
    for matrix in LipschitzLoss.Matrix.allCases {
      for comparison in LipschitzLoss.Comparison.allCases {
        let loss = LipschitzLoss(norm: .singularPair, comparison: comparison, matrix: matrix)
        var draws = RandomStream(seed: 0, purpose: .powerIteration)
        let none = try loss(student: [pair], teacher: [pair], &draws).scalar()
        #expect(abs(none) < 1e-12)
        let double = try FeaturePair(front: maps[0] * 2, back: maps[1])
        let ratio = try loss(student: [double], teacher: [pair], &draws).scalar()
        // Twice the value: (2 - 1)² / 2 as a ratio.
        #expect(comparison == .difference ? ratio > 0.01 : abs(ratio - 0.5) < 1e-9)
      }
    }
  }

  @Test("a channel without scale has the margin min(mean, 0)")
  func zeroScale() {
    #expect(Margin.ofChannel(mean: 0.5, deviation: 0) == 0)
    #expect(Margin.ofChannel(mean: -0.5, deviation: 0) == -0.5)
  }

  @Test("the singular value's gradient agrees with finite differences")
  func finiteDifferences() throws {
    var stream = RandomStream(seed: 11, purpose: .synthesis)
    let front = stream.normals(count: 2 * 3 * 16, standardDeviation: 1).map(Double.init)
    let back = try Tensor(
      stream.normals(count: 2 * 4 * 16, standardDeviation: 1), shape: [2, 4, 4, 4], dtype: .float64)
    func value(_ values: [Double]) throws -> (Tensor, Tensor) {
      let map = try Tensor(values, shape: [2, 3, 4, 4])
      try map.setRequiresGradient(true)
      var stream = RandomStream(seed: 0, purpose: .powerIteration)
      let pair = try FeaturePair(front: map, back: back)
      return (map, try SpectralNorm.singularPair.value(of: pair, &stream).sum())
    }
    let (map, sum) = try value(front)
    let gradient = try #require(try sum.gradients(of: [map])[0]).values(as: Double.self)
    for index in stride(from: 0, to: front.count, by: 17) {
      var (up, down) = (front, front)
      up[index] += 1e-5
      down[index] -= 1e-5
      let slope = (try value(up).1.scalar() - value(down).1.scalar()) / 2e-5
      #expect(abs(slope - gradient[index]) < 1e-6)
    }
  }
}
