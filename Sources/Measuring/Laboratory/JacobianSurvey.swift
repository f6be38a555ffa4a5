import NeuralNet
import Spectra
import TensorCore
import Training

/// Norms of Jacobians at images: those of a batch side by side in float32, the largest once more in float64, so that the
/// lower bound is one.
struct JacobianSurvey {
  private let network: any Network
  private let exact: any Network
  private let images: Tensor
  private let factors: Tensor
  private let configuration: NetworkConstants.Configuration

  init(
    _ checkpoint: ModelCheckpoint, _ images: LaboratoryImages,
    _ configuration: NetworkConstants.Configuration
  ) throws {
    network = checkpoint.network
    let store = ParameterStore(seed: 0, dtype: .float64)
    exact = try checkpoint.architecture.makeNetwork(
      classCount: network.classCount, store: store)
    for (own, other) in zip(store.entries, network.store.entries) where own.role != .alias {
      try own.tensor.assign(other.tensor)
    }
    self.images = images.images
    factors = try Tensor(images.factors, shape: [1, images.factors.count, 1, 1])
    self.configuration = configuration
  }

  /// Images, taps and logits of one recorded pass.
  private func ends(_ network: any Network, _ images: Tensor) throws -> [Tensor] {
    let images = try images.cloned()
    try images.setRequiresGradient(true)
    let features = try network.features(of: images, .eval)
    return [images] + features.taps + [features.logits]
  }

  /// The largest Jacobian norm of a module, from the images on.
  func largest(ofModule index: Int) throws -> Double {
    let ends = try ends(network, images)
    let found = try JacobianNorm(of: ends[index + 1], by: ends[index]).powerIteration(
      steps: configuration.powerSteps, seed: configuration.seed)
    let best = Self.best(found.norms)
    return try norm(
      at: try Self.row(images, best), along: try Self.row(found.directions, best), from: index,
      to: index + 1
    ).norms[0]
  }

  /// The largest Jacobian norms of the whole network: at the images, behind an ascent from them, and in pixels.
  func whole() throws -> (atImages: Double, afterAscent: Double, pixels: Double) {
    let ends = try ends(network, images)
    let last = ends.count - 1
    let found = try JacobianNorm(of: ends[last], by: ends[0]).powerIteration(
      steps: configuration.powerSteps, seed: configuration.seed)
    let best = Self.best(found.norms)
    let (image, direction) = (try Self.row(images, best), try Self.row(found.directions, best))
    let start = try norm(at: image, along: direction, from: 0, to: last)
    var ascent = SecantAscent.Configuration()
    ascent.steps = configuration.ascentSteps
    let risen = try SecantAscent.run(from: image, along: direction, ascent) {
      x throws(TensorError) in try network.features(of: x, .eval).logits
    }
    let end = try norm(
      at: risen.images, along: risen.directions, from: 0, to: last,
      steps: configuration.powerSteps)
    let pixels = try [start, end].map { result in
      try (try result.gradients * factors).squared().sum().scalar().squareRoot()
    }
    return (start.norms[0], end.norms[0], pixels.max() ?? 0)
  }

  private func norm(
    at image: Tensor, along direction: Tensor, from start: Int, to end: Int, steps: Int = 2
  ) throws -> JacobianNorm.Result {
    let ends = try ends(exact, try image.converted(to: .float64))
    return try JacobianNorm(of: ends[end], by: ends[start]).powerIteration(
      steps: steps, from: try direction.converted(to: .float64))
  }

  private static func best(_ norms: [Double]) -> Int {
    norms.indices.max { norms[$0] < norms[$1] } ?? 0
  }

  private static func row(_ x: Tensor, _ index: Int) throws(TensorError) -> Tensor {
    try x.narrowed(axis: 0, start: index, length: 1).cloned()
  }
}
