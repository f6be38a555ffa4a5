import CheckpointFormat
import Distillation
import Foundation
import Lipschitz
import ModelZoo
import NeuralNet
import Randomness
import TensorCore
import Testing

/// DeepLabV3+, its loss, and what it asks of the engine.
struct NetworkTests {
  private func network(_ name: String, seed: UInt64 = 1) throws -> DeepLabV3Plus {
    let made = try Architecture("deeplabv3plus-\(name)").makeNetwork(
      classCount: 21, store: ParameterStore(seed: seed))
    return try #require(made as? DeepLabV3Plus)
  }

  private static func noise(_ shape: [Int], seed: UInt64 = 2, dtype: DType = .float32) throws
    -> Tensor
  {
    var stream = RandomStream(seed: seed, purpose: .synthesis)
    return try Tensor(
      stream.normals(count: shape.reduce(1, *), standardDeviation: 1), shape: shape, dtype: dtype)
  }

  @Test(
    "narrow networks have six taps of the stated channels; a plain pass gives the same logits",
    arguments: ["resnet101-narrow16", "resnet18-narrow16", "mobilenet-narrow8"])
  func taps(_ name: String) throws {
    let network = try network(name)
    let images = try Self.noise([2, 3, 49, 65])
    let features = try withoutGradient { () throws(TensorError) in
      try network.features(of: images, .eval)
    }
    #expect(features.taps.map { $0.shape[1] } == network.tapChannels)
    #expect(network.tapNorms.count == 6 && network.tapNorms.allSatisfy { $0 != nil })
    #expect(features.logits.shape == [2, 21, 49, 65])
    let plain = try withoutGradient { () throws(TensorError) in
      try network.logits(of: images, .eval)
    }
    #expect(try plain.bytes() == features.logits.bytes())
    let state = try network.store.state()
    let other = try self.network(name, seed: 9)
    try other.store.load(state)
    #expect(try other.store.state().map(\.bytes) == state.map(\.bytes))
  }

  @Test(
    "dropout is a function of seed and step, is off in evaluation, and spares the pyramid beside taps"
  )
  func dropout() throws {
    let network = try network("resnet18-narrow16")
    let images = try Self.noise([2, 3, 33, 33])
    func logits(_ step: Int?, taps: Bool = false, eval: Bool = false) throws -> [UInt8] {
      let base = eval ? ForwardMode.eval : .train
      let mode = step.map(base.droppingOut(at:)) ?? base
      return try withoutGradient { () throws(TensorError) in
        try
          (taps
          ? try network.features(of: images, mode).logits : try network.logits(of: images, mode))
          .bytes()
      }
    }
    #expect(try logits(3) == logits(3) && logits(3) != logits(4) && logits(3) != logits(nil))
    #expect(try logits(3, eval: true) == logits(nil, eval: true))
    #expect(try logits(3, taps: true) != logits(3))
    network.dropsOutBesideTaps = true
    #expect(try logits(3, taps: true) == logits(3))
  }

  @Test("what is not left out is scaled, so that the mean stays")
  func dropoutKeepsTheMean() throws {
    let ones = try Tensor.full(1, shape: [100_000])
    let dropped = try ones.droppingOut(probability: 0.1, seed: 7)
    #expect(abs(try dropped.mean().scalar() - 1) < 0.01)
    let kept = Float(1 / 0.9)
    #expect(Set(try dropped.values(as: Float.self)).allSatisfy { $0 == 0 || abs($0 - kept) < 1e-6 })
    #expect(try ones.droppingOut(probability: 0.1, seed: 8).bytes() != dropped.bytes())
  }

  @Test(
    "pyramid, decoder and connectors learn at ten times the backbone's rate, or at the plain one")
  func rateFactors() throws {
    let network = try network("mobilenet-narrow16")
    let names = network.store.entries.filter { $0.role == .parameter }.map(\.name)
    for name in names {
      #expect(network.rateFactor(of: name) == (name.hasPrefix("backbone.") ? 1 : 10))
    }
    let parameters = try [1.0, 10].map { factor in
      let tensor = try Tensor.full(1, shape: [2])
      try tensor.setRequiresGradient(true)
      return SGD.Parameter("p\(factor)", tensor, rateFactor: factor)
    }
    let optimizer = try SGD(
      parameters, .init(weightDecay: 0, nesterov: false))
    for (usesFactors, expected) in [(true, [0.9, 0.0]), (false, [0.8, -0.1])] {
      let sum = try parameters[0].tensor.sum() + (try parameters[1].tensor.sum())
      try sum.backward()
      try optimizer.restart()
      try optimizer.step(learningRate: 0.1, usingFactors: usesFactors)
      for (parameter, value) in zip(parameters, expected) {
        #expect(abs(try parameter.tensor.mean().scalar() - value) < 1e-6)
        try parameter.tensor.clearGradient()
      }
    }
  }

  @Test("void pixels count nowhere; a batch of void alone costs nothing and is no NaN")
  func voidIsIgnored() throws {
    let logits = try Self.noise([1, 21, 4, 5], dtype: .float64)
    try logits.setRequiresGradient(true)
    func loss(_ labels: [Int64], dividing: Bool = false) throws -> LossTerm {
      let batch = LabelledBatch(images: logits, labels: try Tensor(labels, shape: [1, 4, 5]))
      return try SegmentationLoss(dividesByBatch: dividing)
        .terms(Features(taps: [], logits: logits), batch)[0]
    }
    var labels = (0..<20).map { Int64($0) }
    let whole = try loss(labels).value.scalar()
    labels[7] = 255
    let part = try loss(labels).value
    // The mean over 19 pixels, from the one over 20 and the seventh pixel's own.
    let rows = try logits.reshaped([21, 20]).transposed(0, 1)
    let single = try rows.narrowed(axis: 0, start: 7, length: 1)
      .crossEntropy(labels: Tensor([Int64(7)], shape: [1])).scalar()
    #expect(abs(try part.scalar() - (20 * whole - single) / 19) < 1e-12)
    try part.backward()
    let gradient = try #require(try logits.gradient()).reshaped([21, 20])
    #expect(try gradient.narrowed(axis: 1, start: 7, length: 1).absolute().largest().scalar() == 0)
    try logits.clearGradient()
    let none = try loss([Int64](repeating: 255, count: 20)).value
    #expect(try none.scalar() == 0)
    try none.backward()
    #expect(try #require(try logits.gradient()).absolute().largest().scalar() == 0)
  }

  @Test(
    "soft targets of pixels: nothing between equals, T² times the divergence elsewhere, void left out"
  )
  func softTargets() throws {
    let (own, other) = (
      try Self.noise([2, 5, 3, 3], seed: 3, dtype: .float64),
      try Self.noise([2, 5, 3, 3], seed: 4, dtype: .float64)
    )
    var labels = [Int64](repeating: 0, count: 18)
    labels[17] = 255
    let batch = LabelledBatch(images: own, labels: try Tensor(labels, shape: [2, 3, 3]))
    func loss(_ student: Tensor, _ teacher: Tensor) throws -> Double {
      try PixelSoftTargets(temperature: 4)(
        Lesson(
          batch: batch, position: StepPosition(epoch: 0, epochs: 1, step: 0),
          student: Features(taps: [], logits: student), teacher: Features(taps: [], logits: teacher)
        )
      ).scalar()
    }
    #expect(abs(try loss(own, own)) < 1e-12)
    // By hand, pixel after pixel.
    let (s, t) = (try own.values(as: Double.self), try other.values(as: Double.self))
    var sum = 0.0
    for pixel in 0..<17 {
      let places = (0..<5).map { (pixel / 9) * 45 + $0 * 9 + pixel % 9 }
      func softened(_ x: [Double]) -> [Double] {
        let e = places.map { exp(x[$0] / 4) }
        let total = e.reduce(0, +)
        return e.map { $0 / total }
      }
      for (p, q) in zip(softened(t), softened(s)) { sum += p * log(p / q) }
    }
    #expect(abs(try loss(own, other) - 16 * sum / 17) < 1e-10)
  }

  @Test(
    "pairs of taps: all five, four without the decoder, three of the backbone; finer maps are pooled"
  )
  func pairings() throws {
    let maps = try [(4, 17), (6, 9), (8, 5), (8, 5), (6, 5), (6, 17)].map { channels, side in
      try Self.noise([2, channels, side, side])
    }
    let counts = try TapPairing.allCases.map { try $0.pairs(fronts: maps, backs: maps).count }
    #expect(counts == [5, 4, 3])
    let last = try #require(try TapPairing.all.pairs(fronts: maps, backs: maps).last)
    let pooled = try FeaturePair(
      front: maps[4], back: try maps[5].adaptiveAveragePooled(height: 5, width: 5))
    #expect(last.positions == 25)
    #expect(try last.transmittingMatrix().bytes() == pooled.transmittingMatrix().bytes())
  }

  @Test("MobileNetV2's weights are taken under torchvision's names and under flat ones")
  func mobileNetWeights() throws {
    let trained = try network("mobilenet-narrow8", seed: 5)
    let prefix = "backbone."
    let flat = try trained.store.entries.filter {
      $0.role != .alias && $0.name.hasPrefix(prefix)
    }.map { try $0.tensor.stored(as: String($0.name.dropFirst(prefix.count))) }
    let grouped = try flat.map { stored in
      try Tensor(stored).stored(as: Self.grouped(stored.name))
    }
    #expect(grouped.contains { $0.name == "features.2.conv.1.0.weight" })
    #expect(grouped.contains { $0.name == "features.1.conv.2.running_mean" })
    let head = try Tensor.full(1, shape: [10, 32]).stored(as: "classifier.1.weight")
    for state in [flat, grouped] {
      let fresh = try network("mobilenet-narrow8", seed: 6)
      try BackboneWeights(state + [head]).load(into: fresh, .deepLab(.mobilenet, divisor: 8))
      for entry in fresh.store.entries where entry.name.hasPrefix(prefix) {
        guard !entry.name.hasSuffix("num_batches_tracked") else { continue }
        let other = try #require(trained.store.tensor(named: entry.name))
        #expect(try entry.tensor.bytes() == other.bytes(), "\(entry.name)")
      }
    }
    let other = try network("resnet18-narrow8")
    #expect(throws: StateError.self) {
      try BackboneWeights(flat).load(into: other, .deepLab(.resnet18, divisor: 8))
    }
  }

  /// The name of a layer in torchvision's groups: a convolution with its norm each, and what ends the block.
  private static func grouped(_ name: String) -> String {
    var words = name.split(separator: ".").map(String.init)
    guard words.count == 5, words[2] == "conv", let layer = Int(words[3]) else { return name }
    let groups = words[1] == "1" ? 1 : 2
    words.replaceSubrange(
      3...3,
      with: layer < 3 * groups ? ["\(layer / 3)", "\(layer % 3)"] : ["\(layer - 2 * groups)"])
    return words.joined(separator: ".")
  }
}
