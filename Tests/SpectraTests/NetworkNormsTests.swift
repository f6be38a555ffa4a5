import ModelZoo
import NeuralNet
import Randomness
import Spectra
import TensorCore
import Testing

/// Whole networks, read off their passes.
struct NetworkNormsTests {
  /// A network of some statistics, recorded on small images.
  private struct Recorded {
    let network: any Network
    let images: Tensor
    let features: Features
    let trace: OperationTrace
    let norms: NetworkNorms
    let places: [Int]

    init(_ architecture: Architecture, side: Int = 16, count: Int = 1, seed: UInt64 = 1) throws {
      let store = ParameterStore(seed: seed)
      network = try architecture.makeNetwork(classCount: 10, store: store)
      var stream = RandomStream(seed: seed, purpose: .synthesis)
      for entry in store.entries where !entry.isCounter && entry.tensor.rank == 1 {
        // Norms of a trained network: neither 1 nor 0, of both signs where that is allowed.
        let low = entry.name.hasSuffix("running_var") ? 0.3 : -0.5
        try entry.tensor.assign(
          try Tensor(
            stream.uniforms(count: entry.tensor.count, low: low, high: 1.5),
            shape: entry.tensor.shape))
      }
      images = try Tensor(
        stream.normals(count: count * 3 * side * side, standardDeviation: 1),
        shape: [count, 3, side, side])
      try images.setRequiresGradient(true)
      let one = try images.detached().narrowed(axis: 0, start: 0, length: 1).cloned()
      try one.setRequiresGradient(true)
      let pass = try network.features(of: one, .eval)
      let trace = try OperationTrace(of: pass.logits)
      var names: [Int: String] = [:]
      for entry in store.entries where entry.role == .parameter {
        if let step = try trace.index(of: entry.tensor) { names[step] = entry.name }
      }
      let image = try #require(try trace.index(of: one))
      places =
        try [image] + pass.taps.map { try #require(try trace.index(of: $0)) }
        + [trace.steps.count - 1]
      norms = try NetworkNorms(trace, image: image, boundaries: Set(places), names: names)
      self.trace = trace
      features = try network.features(of: images, .eval)
    }
  }

  @Test("every convolution and linear layer is found under its name, with its input and stride")
  func layers() throws {
    let found = try Recorded(.wideResNet(depth: 10, width: 2)).norms.layers
    let convolutions = found.filter { $0.kind == .convolution }
    #expect(convolutions.count == 10)
    let strided = try #require(convolutions.first { $0.name == "block2.layer.0.conv1" })
    #expect(strided.input == [32, 16, 16] && strided.stride == 2)
    let shortcut = try #require(convolutions.first { $0.name == "block3.layer.0.convShortcut" })
    #expect(shortcut.input == [64, 8, 8] && shortcut.stride == 2)
    #expect(convolutions.allSatisfy { $0.bounds.gap < 1e-3 && $0.bounds.lower > 0 })
    #expect(found.contains { $0.kind == .linear && $0.name == "fc" })
    #expect(found.contains { $0.kind == .batchNorm && $0.name == "block1.layer.0.bn1" })
    #expect(found.contains { $0.name == "block1.layer.0.conv1 block1.layer.0.bn2" })
  }

  @Test(
    "Jacobians of networks and modules lie below their bounds, and slopes between images, too",
    arguments: [
      Architecture.wideResNet(depth: 10, width: 1), .cifarResNet(depth: 8),
    ], [UInt64(1), 2])
  func bounds(architecture: Architecture, seed: UInt64) throws {
    let recorded = try Recorded(architecture, count: 3, seed: seed)
    let maps = [recorded.images] + recorded.features.taps + [recorded.features.logits]
    for index in 1..<maps.count {
      let upper = try #require(
        recorded.norms.upperBound(from: recorded.places[index - 1], to: recorded.places[index]))
      let norms = try JacobianNorm(of: maps[index], by: maps[index - 1]).powerIteration(steps: 15)
        .norms
      #expect(norms.count == 3)
      #expect(norms.allSatisfy { 0 < $0 && $0 <= upper * (1 + 1e-5) }, "\(norms) \(upper)")
    }
    let whole = try #require(
      recorded.norms.upperBound(from: recorded.places[0], to: recorded.places[maps.count - 1]))
    let values = try recorded.features.logits.values(as: Double.self)
    let pixels = try recorded.images.values(as: Double.self)
    func distance(_ x: [Double], _ a: Int, _ b: Int) -> Double {
      let length = x.count / 3
      return (0..<length).reduce(0) {
        let difference = x[a * length + $1] - x[b * length + $1]
        return $0 + difference * difference
      }.squareRoot()
    }
    for (a, b) in [(0, 1), (1, 2), (0, 2)] {
      #expect(distance(values, a, b) <= whole * distance(pixels, a, b))
    }
  }

  @Test("a Jacobian's norm is the largest singular value of the Jacobian, row by row")
  func jacobian() throws {
    let recorded = try Recorded(.wideResNet(depth: 10, width: 1), side: 8)
    let found = try JacobianNorm(of: recorded.features.logits, by: recorded.images)
      .powerIteration(steps: 60)
    var rows: [Tensor] = []
    for output in 0..<10 {
      let logit = try recorded.features.logits.narrowed(axis: 1, start: output, length: 1).sum()
      let gradient = try #require(
        try logit.gradients(of: [recorded.images], retainingGraph: true)[0])
      rows.append(try gradient.reshaped([1, -1]))
    }
    let truth = try Tensor.concatenated(rows).singularValues().largest().scalar()
    #expect(abs(found.norms[0] / truth - 1) < 1e-3 && found.norms[0] <= truth * (1 + 1e-5))
  }

  @Test("an ascent finds steeper places than it starts from")
  func ascent() throws {
    let recorded = try Recorded(.cifarResNet(depth: 8), side: 16)
    let start = try JacobianNorm(of: recorded.features.logits, by: recorded.images)
      .powerIteration(steps: 20)
    let risen = try SecantAscent.run(
      from: recorded.images.detached(), along: start.directions
    ) { x throws(TensorError) in try recorded.network.logits(of: x, .eval) }
    try risen.images.setRequiresGradient(true)
    let logits = try recorded.network.logits(of: risen.images, .eval)
    let end = try JacobianNorm(of: logits, by: risen.images).powerIteration(
      steps: 20, from: risen.directions)
    #expect(end.norms[0] > start.norms[0])
    let upper = try #require(
      recorded.norms.upperBound(from: recorded.places[0], to: recorded.trace.steps.count - 1))
    #expect(end.norms[0] <= upper)
  }

  @Test("two layers with a ReLU between them have a bound below the product of their norms")
  func pairs() throws {
    let layers = try Recorded(.cifarResNet(depth: 8)).norms.layers
    let pairs = layers.filter { $0.kind == .pair }
    #expect(pairs.count == 3)
    for pair in pairs {
      let parts = layers.filter { $0.kind == .foldedConvolution && pair.name.contains($0.name) }
      #expect(parts.count == 2)
      #expect(pair.bounds.upper < parts.reduce(1) { $0 * $1.bounds.upper })
    }
  }

  @Test("a tap that the network passes by is no end of a module", arguments: [true, false])
  func passedBy(isBottleneck: Bool) throws {
    let recorded = try Recorded(
      .pyramidNet(depth: isBottleneck ? 11 : 8, alpha: 6, isBottleneck: isBottleneck))
    #expect(recorded.norms.upperBound(from: recorded.places[1], to: recorded.places[2]) == nil)
    #expect(
      recorded.norms.upperBound(from: recorded.places[0], to: recorded.places[4])?.isFinite ?? false
    )
  }
}
