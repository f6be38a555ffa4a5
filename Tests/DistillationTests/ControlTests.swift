import Distillation
import Lipschitz
import ModelZoo
import NeuralNet
import Randomness
import TensorCore
import Testing

/// What controls of the Lipschitz term put in its place.
struct ControlTests {
  private func network(_ seed: UInt64, width: Int = 1) throws -> any Network {
    try Architecture.wideResNet(depth: 10, width: width).makeNetwork(
      classCount: 10, store: ParameterStore(seed: seed))
  }

  private func batch(seed: UInt64 = 5) throws -> LabelledBatch {
    var stream = RandomStream(seed: seed, purpose: .synthesis)
    return LabelledBatch(
      images: try Tensor(
        stream.normals(count: 4 * 3 * 256, standardDeviation: 1), shape: [4, 3, 16, 16]),
      labels: try Tensor([0, 3, 5, 9] as [Int64], shape: [4]))
  }

  private func objective(
    _ control: LipschitzGuidedObjective.Control?, target: LipschitzLoss.Target = .own
  ) throws -> LipschitzGuidedObjective {
    let overhaul = try FeatureOverhaulObjective(
      student: network(1), teacher: TeacherPass(network(2, width: 2), .eval),
      connectors: ParameterStore(seed: 3), coefficient: 1e-3)
    return LipschitzGuidedObjective(
      overhaul, loss: LipschitzLoss(norm: .singularPair, target: target),
      weight: .alpha(0.25, lateFactor: 1), control: control,
      means: target == .constant ? try LipschitzGuidedObjective.makeMeans(for: overhaul) : nil,
      seed: 4)
  }

  private let position = StepPosition(epoch: 0, epochs: 1, step: 0)

  @Test(
    "without gradients to the connectors the term has its value, its gradient to the body and no other"
  )
  func body() throws {
    let (usual, held) = (try objective(nil), try objective(.body))
    let own = try #require(try usual.terms(batch(), at: position).last)
    let other = try #require(try held.terms(batch(), at: position).last)
    #expect(abs(try own.value.scalar() / other.value.scalar() - 1) < 1e-6)
    func gradients(_ term: LossTerm, _ store: ParameterStore) throws -> [[Float]?] {
      try term.value.gradients(of: store.parameters, retainingGraph: true).map {
        try $0?.values(as: Float.self)
      }
    }
    #expect(try gradients(other, #require(held.connectors)).allSatisfy { $0 == nil })
    #expect(try gradients(own, #require(usual.connectors)).contains { $0 != nil })
    let (first, second) = (
      try gradients(own, usual.student.store).compactMap { $0 }.flatMap { $0 },
      try gradients(other, held.student.store).compactMap { $0 }.flatMap { $0 }
    )
    let scale = first.map(abs).max() ?? 0
    #expect(scale > 0 && zip(first, second).allSatisfy { abs($0 - $1) < 1e-4 * scale })
    // The connectors' running statistics moved once, by OFD's own pass.
    let moved = try [usual, held].map {
      try #require($0.connectors).entries.filter(\.isCounter).map { try $0.tensor.scalar() }
    }
    #expect(moved[0] == moved[1])
  }

  @Test("a constant target is the running mean of what the teacher had so far")
  func constant() throws {
    let objective = try objective(nil, target: .constant)
    func means() throws -> [Double] {
      let sums = try #require(objective.connectors?.tensor(named: "lipschitz_means"))
        .values(as: Double.self)
      return [sums[0] / sums[2], sums[1] / sums[3]]
    }
    func teacher(_ batch: LabelledBatch) throws -> [Double] {
      let taps = try #require(objective.teacher).features(of: batch.images, .eval).taps
      return try (0..<2).map {
        try FeaturePair(front: taps[$0], back: taps[$0 + 1]).transmittingMatrix()
          .singularValues().largest([1]).mean().scalar()
      }
    }
    let (first, second) = (try batch(seed: 5), try batch(seed: 6))
    _ = try objective.terms(first, at: position)
    for (mean, truth) in zip(try means(), try teacher(first)) {
      #expect(abs(mean / truth - 1) < 1e-4)
    }
    _ = try objective.terms(second, at: StepPosition(epoch: 0, epochs: 1, step: 1))
    let momentum = RunningMeans.momentum
    let weight = momentum / (1 - (1 - momentum) * (1 - momentum))
    for (mean, (a, b)) in zip(try means(), zip(try teacher(first), try teacher(second))) {
      #expect(abs(mean / (weight * b + (1 - weight) * a) - 1) < 1e-4)
    }
  }

  @Test("the penalty is half the sum of the squared norms of all kernels, with the gradient u vᵀ")
  func penalty() throws {
    let objective = try objective(.kernels)
    let term = try #require(try objective.terms(batch(), at: position).last)
    var sum = 0.0
    let kernels = objective.student.store.entries.filter {
      $0.role == .parameter && $0.tensor.rank > 1
    }
    for entry in kernels {
      let norm = try entry.tensor.reshaped([entry.tensor.shape[0], -1]).singularValues().largest()
        .scalar()
      sum += norm * norm / 2
    }
    #expect(kernels.count == 11)
    #expect(abs(try term.value.scalar() / sum - 1) < 1e-4)
    // d(s²/2) = s u vᵀ, whose length is s.
    let gradient = try #require(try term.value.gradients(of: [kernels[0].tensor])[0])
    let norm = try kernels[0].tensor.reshaped([kernels[0].tensor.shape[0], -1]).singularValues()
      .largest().scalar()
    #expect(abs(try gradient.squared().sum().scalar().squareRoot() / norm - 1) < 1e-3)
  }
}
