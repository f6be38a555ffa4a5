import Randomness
import TensorCore
import Testing

struct ConvolutionTests {
  /// Sum of a result's squares' gradient with respect to the filter.
  private func gradient(_ images: Tensor, _ filter: Tensor, stride: Int) throws -> [Double] {
    try filter.setRequiresGradient(true)
    let loss = try images.convolved(weight: filter, stride: stride).squared().sum()
    return try #require(try loss.gradients(of: [filter])[0]).values(as: Double.self)
  }

  @Test("strided 1 x 1 convolutions of few channels leave memory alone and are what they are")
  func stridedConvolutions() throws {
    // libtorch's own kernel writes beyond its memory for these shapes on several threads.
    let threads = Engine.threads
    try Engine.setThreads(2)
    defer { _ = try? Engine.setThreads(threads) }  // Only the other tests' speed depends on it.
    for (images, inputs) in [(3, 8), (5, 8), (7, 4), (3, 12)] {
      var stream = RandomStream(seed: 1, purpose: .synthesis, UInt64(images))
      let shape = [images, inputs, 38, 38]
      let values = stream.normals(count: shape.reduce(1, *), standardDeviation: 1)
      let weights = stream.normals(count: 16 * inputs, standardDeviation: 1)
      let wide = try Tensor(values, shape: shape).converted(to: .float64)
      let filter = try Tensor(weights, shape: [16, inputs, 1, 1]).converted(to: .float64)
      let wanted = try gradient(wide, filter.cloned(), stride: 2)
      for _ in 0..<10 {
        let found = try gradient(
          Tensor(values, shape: shape).converted(layout: .channelsLast),
          Tensor(weights, shape: [16, inputs, 1, 1]).converted(layout: .channelsLast).cloned(),
          stride: 2)
        let worst = zip(found, wanted).map { abs($0 - $1) / (1 + abs($1)) }.max()
        #expect(try #require(worst) < 1e-3)
      }
    }
  }
}
