import Foundation
import Randomness
public import TensorCore

/// Norms of the Jacobians of one map with respect to another at given images: lower bounds of the Lipschitz constant.
///
/// Products with J are taken by differentiating products with Jᵀ, so that autograd's graph of one pass is all that is
/// needed. Images of a batch must not influence each other, as with running statistics they do not.
public struct JacobianNorm {
  /// What was found for each image of the batch.
  public struct Result {
    /// |J v| for a unit vector v, [N]; it rises towards the norm with the steps.
    public let norms: [Double]
    /// The unit vectors v, in the shape of the input.
    public let directions: Tensor
    /// Jᵀ u for the unit vectors u along J v, in the shape of the input.
    public let gradients: Tensor
  }

  private let input: Tensor
  private let output: Tensor
  /// Stands for u; zero.
  private let probe: Tensor
  /// Jᵀ u with a graph over u.
  private let product: Tensor

  /// Takes two maps [N, ...] of one pass that was recorded; `input` is an image that requires a gradient, or a map on the
  /// way. Throws where `output` does not depend on it.
  public init(of output: Tensor, by input: Tensor) throws(TensorError) {
    self.input = input
    self.output = output
    probe = try Tensor.full(0, shape: output.shape, dtype: try output.dtype())
    try probe.setRequiresGradient(true)
    let sum = try (try output * probe).sum()
    guard
      let product = try sum.gradients(of: [input], retainingGraph: true, creatingGraph: true)[0]
    else {
      throw TensorError(
        operation: "Jacobian", code: .refused, message: "the output does not depend on the input")
    }
    self.product = product
  }

  /// Power steps on JᵀJ, for all images at once, from random directions or from given ones.
  public func powerIteration(steps: Int, seed: UInt64 = 0, from start: Tensor? = nil)
    throws(TensorError) -> Result
  {
    var stream = RandomStream(seed: seed, purpose: .powerIteration)
    let first =
      if let start { start } else {
        try Tensor(
          stream.normals(count: input.count, standardDeviation: 1), shape: input.shape,
          dtype: try input.dtype())
      }
    var direction = try first / (try Self.lengths(of: first))
    var gradient = direction
    for _ in 0..<max(steps, 1) {
      let image = try forward(direction)
      gradient = try backward(try image / (try Self.lengths(of: image)))
      direction = try gradient / (try Self.lengths(of: gradient))
    }
    let lengths = try Self.lengths(of: try forward(direction)).values(as: Double.self)
    return Result(norms: lengths, directions: direction, gradients: gradient)
  }

  /// J v
  private func forward(_ v: Tensor) throws(TensorError) -> Tensor {
    let sum = try (try product * v).sum()
    return try found(sum.gradients(of: [probe], retainingGraph: true)[0], like: output)
  }

  /// Jᵀ u
  private func backward(_ u: Tensor) throws(TensorError) -> Tensor {
    let sum = try (try output * u).sum()
    return try found(sum.gradients(of: [input], retainingGraph: true)[0], like: input)
  }

  /// Zero where autograd found no way.
  private func found(_ gradient: Tensor?, like other: Tensor) throws(TensorError) -> Tensor {
    if let gradient { return try gradient.detached() }
    return try Tensor.full(0, shape: other.shape, dtype: try other.dtype())
  }

  /// |x| of each image, in a shape that broadcasts; at least the smallest normal number.
  static func lengths(of x: Tensor) throws(TensorError) -> Tensor {
    try x.squared().sum(Array(1..<x.rank), keepingAxes: true).squareRoot()
      .atLeast(Double(Float.leastNormalMagnitude))
  }
}

/// Ascent on the input: pairs of points between which a map rises ever more steeply.
///
/// Networks of ReLUs have Jacobians that are constant in pieces, so the ascent follows the slope of secants,
/// |f(x + r d) - f(x)| / r, by the signs of which no piece is left out: some Jacobian between both ends is as large.
public enum SecantAscent {
  /// How far and how long.
  public struct Configuration: Hashable, Sendable {
    /// Steps.
    public var steps = 30
    /// Length r of the secant over the length of an image.
    public var reach = 0.05
    /// Length of a step over that of the secant.
    public var rate = 0.3

    /// The usual one.
    public init() {}
  }

  /// Moves images [N, ...] and directions of their shape; returns the images of the last step and the directions.
  public static func run(
    from images: Tensor, along directions: Tensor, _ configuration: Configuration = .init(),
    _ function: (Tensor) throws(TensorError) -> Tensor
  ) throws(TensorError) -> (images: Tensor, directions: Tensor) {
    let reach = try JacobianNorm.lengths(of: images) * configuration.reach
    var point = try images.cloned()
    var direction = try directions / (try JacobianNorm.lengths(of: directions))
    for _ in 0..<configuration.steps {
      let (x, d) = (try point.cloned(), try direction.cloned())
      try x.setRequiresGradient(true)
      try d.setRequiresGradient(true)
      let unit = try d / (try JacobianNorm.lengths(of: d))
      let rise = try function(try x + (try unit * reach)) - (try function(x))
      let slope = try (try JacobianNorm.lengths(of: rise) / reach).logarithm().sum()
      let gradients = try slope.gradients(of: [x, d])
      guard let along = gradients[0], let turn = gradients[1] else { break }
      let step = try reach * configuration.rate
      point = try point + (try along / (try JacobianNorm.lengths(of: along)) * step)
      direction =
        try direction + (try turn / (try JacobianNorm.lengths(of: turn)) * configuration.rate)
      direction = try direction / (try JacobianNorm.lengths(of: direction))
    }
    return (point, direction)
  }
}
