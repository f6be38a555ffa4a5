import ModelZoo
import NeuralNet
import Randomness
import TensorCore
import Testing

/// The fused kernels in training beside libtorch's in float64, for every instruction set of this processor.
struct FusedTrainingTests {
  /// What a convolution of a case makes of its inputs, and their gradients.
  private struct Case: CustomTestStringConvertible {
    let images, inputs, outputs, height, width: Int
    var hasNorm = true
    var hasResidual = true

    var testDescription: String {
      "\(images) x \(inputs) to \(outputs), \(height) x \(width), \(hasNorm), \(hasResidual)"
    }

    /// Whole tiles, tiles that reach over the border, maps below a tile, several panels of channels.
    static let all = [
      Case(images: 3, inputs: 16, outputs: 32, height: 8, width: 8),
      Case(images: 2, inputs: 48, outputs: 16, height: 7, width: 10),
      Case(images: 5, inputs: 16, outputs: 80, height: 2, width: 3, hasResidual: false),
      Case(images: 9, inputs: 32, outputs: 128, height: 12, width: 12, hasNorm: false),
    ]
  }

  private func values(_ name: String, _ shape: [Int], mean: Double = 0) throws -> Tensor {
    var stream = RandomStream(seed: 4, purpose: .synthesis, name: name)
    let count = shape.reduce(1, *)
    return try Tensor(
      stream.normals(count: count, standardDeviation: 1).map { $0 + Float(mean) }, shape: shape)
  }

  /// The result, the gradients of all inputs and the moved statistics; by libtorch in float64 without a level.
  private func run(_ shape: Case, _ level: KernelLevel?) throws -> [(name: String, Tensor)] {
    func leaf(_ name: String, _ dimensions: [Int], mean: Double = 0) throws -> Tensor {
      let x = try values(name, dimensions, mean: mean)
      let typed =
        level == nil
        ? try x.converted(to: .float64)
        : dimensions.count == 4 ? try x.converted(layout: .channelsLast) : x
      try typed.setRequiresGradient(true)
      return typed
    }
    let maps = [shape.images, shape.outputs, shape.height, shape.width]
    let x = try leaf("x", [shape.images, shape.inputs, shape.height, shape.width], mean: 3)
    let weight = try leaf("weight", [shape.outputs, shape.inputs, 3, 3])
    let scale = try leaf("scale", [shape.inputs], mean: 2)
    let shift = try leaf("shift", [shape.inputs])
    let residual = try leaf("residual", maps)
    let runningMean = try leaf("mean", [shape.inputs]).detached()
    let runningVariance = try leaf("variance", [shape.inputs], mean: 9).detached()
    let y: Tensor
    if level == nil {
      let read =
        shape.hasNorm
        ? try x.batchNormalised(
          weight: scale, bias: shift, runningMean: runningMean, runningVariance: runningVariance,
          usingBatch: true, momentum: 0.1, epsilon: 1e-5
        ).relu() : x
      let plain = try read.convolved(weight: weight, padding: 1)
      y = shape.hasResidual ? try plain + residual : plain
    } else {
      let norm = FusedNorm(
        weight: scale, bias: shift, runningMean: runningMean, runningVariance: runningVariance,
        momentum: 0.1, epsilon: 1e-5)
      y =
        try x.fusedConvolved(
          weight: weight, norm: shape.hasNorm ? norm : nil,
          residual: shape.hasResidual ? residual : nil
        ).0
    }
    let factor = try leaf("gradient", maps).detached()
    let inputs =
      [("x", x), ("weight", weight)] + (shape.hasNorm ? [("scale", scale), ("shift", shift)] : [])
      + (shape.hasResidual ? [("residual", residual)] : [])
    let gradients = try (try y * factor).sum().gradients(of: inputs.map(\.1))
    return [("y", try y.detached()), ("mean", runningMean), ("variance", runningVariance)]
      + (try zip(inputs, gradients).map { ($0.0, try #require($1)) })
  }

  /// Largest difference over the largest value.
  private func difference(_ x: Tensor, _ y: Tensor) throws -> Double {
    let exact = try y.converted(to: .float64)
    let scale = try max(exact.absolute().largest().scalar(), 1e-30)
    return try (x.converted(to: .float64) - exact).absolute().largest().scalar() / scale
  }

  @Test(
    "results and gradients of every instruction set are those of libtorch in float64",
    arguments: Case.all, KernelLevel.available)
  private func agreement(_ shape: Case, _ level: KernelLevel) throws {
    let truth = try run(shape, nil)
    let own = try withKernels(level) { try run(shape, level) }
    for (actual, expected) in zip(own, truth) {
      #expect(try difference(actual.1, expected.1) < 2e-5, "\(actual.name)")
    }
  }

  /// Logits, gradients of all parameters and buffers of a Wide ResNet or a CIFAR ResNet after one pass.
  private func pass(
    _ architecture: Architecture, dtype: DType = .float32, layout: Tensor.Layout = .channelsLast
  ) throws -> [(name: String, Tensor)] {
    let store = ParameterStore(seed: 1, dtype: dtype, layout: layout)
    let network = try architecture.makeNetwork(classCount: 10, store: store)
    // Far from zero, so that rounding moves no value to the other side of a ReLU, whose gradient is another one.
    for entry in store.entries where entry.name.hasSuffix(".bias") && entry.name != "fc.bias" {
      let signs = (0..<entry.tensor.count).map { $0 % 3 == 0 ? Float(-3) : 3 }
      try entry.tensor.assign(try Tensor(signs, shape: entry.tensor.shape).converted(to: dtype))
    }
    let images = try values("images", [6, 3, 16, 16]).converted(to: dtype)
      .converted(layout: layout)
    let result = try network.features(of: images, .train)
    let labels = try Tensor((0..<6).map(Int64.init), shape: [6])
    var total = try result.logits.crossEntropy(labels: labels)
    for tap in result.taps { total = try total + (try tap.relu().mean()) }
    try total.backward()
    var found = [("logits", try result.logits.detached())]
    for entry in store.entries {
      switch entry.role {
      case .parameter: found.append((entry.name, try #require(try entry.tensor.gradient())))
      case .buffer: found.append((entry.name, entry.tensor))
      case .alias: break
      }
    }
    return found
  }

  @Test(
    "a network trained by the kernels has the gradients and running statistics of float64",
    arguments: ["wrn-16-1", "wrn-10-2", "cifar-resnet-20"], KernelLevel.available)
  func networks(_ name: String, _ level: KernelLevel) throws {
    let architecture = try Architecture(name)
    let truth = try pass(architecture, dtype: .float64, layout: .contiguous)
    let own = try withKernels(level) { try pass(architecture) }
    let plain = try withKernels(.none) { try pass(architecture) }
    var usesKernels = false
    for (index, expected) in truth.enumerated() {
      // What the kernels round is not more than several times what libtorch's do.
      let rounding = try difference(plain[index].1, expected.1)
      let error = try difference(own[index].1, expected.1)
      #expect(error < max(20 * rounding, 1e-4), "\(expected.name): \(error), \(rounding)")
      if try own[index].1.bytes() != plain[index].1.bytes() { usesKernels = true }
    }
    #expect(usesKernels)
  }

  @Test("the same pass gives the same bytes", arguments: KernelLevel.available)
  func repetition(_ level: KernelLevel) throws {
    let architecture = try Architecture("wrn-16-1")
    let (first, second) = try withKernels(level) {
      (try pass(architecture), try pass(architecture))
    }
    for (x, y) in zip(first, second) {
      #expect(try x.1.bytes() == y.1.bytes(), "\(x.name)")
    }
  }

  @Test(
    "a parameter that is no number shows in the answers and in the gradients, as with libtorch",
    arguments: KernelLevel.available + [.none])
  func divergence(_ level: KernelLevel) throws {
    try withKernels(level) {
      let store = ParameterStore(seed: 1, layout: .channelsLast)
      let network = try Architecture("wrn-16-1").makeNetwork(classCount: 10, store: store)
      let norm = try #require(store.entries.first { $0.name == "block1.layer.0.bn2.weight" })
      let bad = (0..<norm.tensor.count).map { $0 == 0 ? Float.nan : 1 }
      try norm.tensor.assign(try Tensor(bad, shape: norm.tensor.shape))
      let images = try values("images", [6, 3, 16, 16]).converted(layout: .channelsLast)
      let logits = try network.logits(of: images, .train)
      #expect(try logits.values(as: Float.self).allSatisfy(\.isNaN))
      try logits.sum().backward()
      let first = try #require(try store.parameters.first?.gradient())
      #expect(try first.values(as: Float.self).contains(where: \.isNaN))
    }
  }

  @Test("second derivatives are those of libtorch in float64")
  func secondDerivatives() throws {
    func run(_ dtype: DType, _ layout: Tensor.Layout) throws -> [Tensor] {
      let store = ParameterStore(seed: 1, dtype: dtype, layout: layout)
      let network = try Architecture.wideResNet(depth: 10, width: 1).makeNetwork(
        classCount: 4, store: store)
      let images = try values("images", [3, 3, 8, 8]).converted(to: dtype).converted(layout: layout)
      try images.setRequiresGradient(true)
      let logits = try network.logits(of: images, .train)
      let inner = try logits.squared().sum().gradients(
        of: [images], retainingGraph: true, creatingGraph: true)
      let slope = try #require(inner[0])
      return try slope.squared().sum().gradients(of: store.parameters).map { try #require($0) }
    }
    let truth = try run(.float64, .contiguous)
    for (x, y) in zip(try run(.float32, .channelsLast), truth) {
      #expect(try difference(x, y) < 1e-3)
    }
  }

  @Test("the kernels take channels-last float32 maps of whole groups of channels, not in autocast")
  func conditions() throws {
    let maps = try values("maps", [2, 16, 4, 4])
    let last = try maps.converted(layout: .channelsLast)
    #expect(last.trainsFused == !KernelLevel.available.isEmpty)
    #expect(!maps.trainsFused)
    #expect(try !last.converted(to: .float64).trainsFused)
    #expect(try !values("few", [2, 8, 4, 4]).converted(layout: .channelsLast).trainsFused)
    #expect(try withAutocast(.bfloat16, on: .cpu) { !last.trainsFused })
    #expect(try withKernels(.none) { !last.trainsFused })
  }

  @Test("instructions that the processor lacks are refused")
  func refused() throws {
    for level in KernelLevel.allCases
    where level != .none && !KernelLevel.available.contains(level) {
      #expect(throws: TensorError.self) { try withKernels(level) {} }
    }
  }
}
