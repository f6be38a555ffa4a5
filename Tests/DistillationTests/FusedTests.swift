import ModelZoo
import NeuralNet
import Randomness
import TensorCore
import Testing

/// The fused kernels beside libtorch's.
struct FusedTests {
  /// A network whose batch norms are not the identity.
  private func network(width: Int) throws -> any Network {
    let network = try Architecture.wideResNet(depth: 16, width: width).makeNetwork(
      classCount: 10, store: ParameterStore(seed: 1, layout: .channelsLast))
    var stream = RandomStream(seed: 2, purpose: .synthesis)
    for entry in network.store.entries where entry.tensor.shape.count == 1 {
      let values = stream.uniforms(count: entry.tensor.count, low: 0.5, high: 1.5)
      try entry.tensor.assign(try Tensor(values, shape: entry.tensor.shape))
    }
    try network.store.freeze()
    return network
  }

  private func images(side: Int) throws -> Tensor {
    var stream = RandomStream(seed: 3, purpose: .synthesis)
    return try Tensor(
      stream.normals(count: 5 * 3 * side * side, standardDeviation: 1), shape: [5, 3, side, side]
    ).converted(layout: .channelsLast)
  }

  /// Largest difference over the largest value.
  private func difference(_ x: Tensor, _ y: Tensor) throws -> Double {
    let scale = try max(y.absolute().largest().scalar(), 1e-30)
    return try (x - y).absolute().largest().scalar() / scale
  }

  @Test(
    "fused passes give the taps, logits and running statistics of the network",
    .enabled(if: FusedConvolution.isSupported),
    // 32: whole tiles in every stage; 28 and 36: tiles that reach over the border.
    arguments: [(1, 32), (2, 32), (2, 28), (5, 36)], [ForwardMode.train, .eval])
  func agreement(_ shape: (width: Int, side: Int), _ mode: ForwardMode) throws {
    for level in KernelLevel.available {
      try withKernels(level) { try agreement(shape, mode, level) }
    }
  }

  private func agreement(
    _ shape: (width: Int, side: Int), _ mode: ForwardMode, _ level: KernelLevel
  ) throws {
    let (plain, other) = (try network(width: shape.width), try network(width: shape.width))
    let fused = try #require(try other.graphFree())
    let input = try images(side: shape.side)
    for _ in 0..<2 {
      let expected = try withKernels(.none) { try plain.features(of: input, mode) }
      let actual = try fused.features(of: input, mode)
      for (x, y) in zip(actual.taps + [actual.logits], expected.taps + [expected.logits]) {
        #expect(try difference(x, y) < 1e-4, "\(level)")
      }
      let logits = try withKernels(.none) { try plain.logits(of: input, mode) }
      #expect(try difference(fused.logits(of: input, mode), logits) < 1e-4, "\(level)")
    }
    for (x, y) in zip(other.store.entries, plain.store.entries) where x.role == .buffer {
      #expect(
        try difference(x.tensor.converted(to: .float64), y.tensor.converted(to: .float64)) < 1e-5,
        "\(x.name)")
    }
  }

  @Test("a network that the kernels cannot take has no graph-free form")
  func refused() throws {
    for store in [ParameterStore(seed: 1), ParameterStore(seed: 1, dtype: .float64)] {
      let network = try Architecture.wideResNet(depth: 10, width: 1).makeNetwork(
        classCount: 10, store: store)
      #expect(try network.graphFree() == nil)
    }
  }

  @Test("a partial L2 distance beyond float32 is infinite and no error of the engine")
  func partialDistanceOverflows() throws {
    let shape = [2, 3, 4, 4]
    let student = try Tensor.full(1e19, shape: shape)
    let teacher = try Tensor.full(1, shape: shape)
    let margin = try Tensor.full(-1, shape: [3])
    #expect(try student.partialL2(teacher: teacher, margin: margin).scalar() == .infinity)
  }
}
