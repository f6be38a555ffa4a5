import Randomness
import TensorCore
import Testing

/// Gradients that sum in a fixed order on every device, beside libtorch's own, on the host.
struct OrderedGradientTests {
  enum Map: CaseIterable {
    case bilinear, average

    func callAsFunction(_ x: Tensor, _ size: [Int], _ inOrder: Bool) throws -> Tensor {
      switch self {
      case .bilinear: try x.resizedBilinear(height: size[0], width: size[1], inOrder: inOrder)
      case .average: try x.adaptiveAveragePooled(height: size[0], width: size[1], inOrder: inOrder)
      }
    }
  }

  @Test(
    "the same values and gradients as libtorch's, larger, smaller, one pixel and unchanged",
    arguments: Map.allCases, [[7, 5], [3, 4], [1, 1], [6, 9], [13, 20]])
  func sameGradient(_ map: Map, _ size: [Int]) throws {
    var stream = RandomStream(seed: 3, purpose: .synthesis)
    let image = stream.uniforms(count: 2 * 3 * 6 * 9, low: -1)
    let factors = stream.uniforms(count: 2 * 3 * size[0] * size[1], low: -1)
    for layout in [Tensor.Layout.contiguous, .channelsLast] {
      let found = try [false, true].map { inOrder in
        let x = try Tensor(image, shape: [2, 3, 6, 9]).converted(to: .float64, layout: layout)
        try x.setRequiresGradient(true)
        let maps = try map(x, size, inOrder)
        let weights = try Tensor(factors, shape: [2, 3] + size).converted(to: .float64)
        try (maps * weights).sum().backward()
        return try maps.values(as: Double.self)
          + (try #require(try x.gradient()).values(as: Double.self))
      }
      for (own, expected) in zip(found[1], found[0]) {
        #expect(abs(own - expected) < 1e-12 * max(1, abs(expected)))
      }
      #expect(found[0].contains { $0 != 0 })
    }
  }
}
