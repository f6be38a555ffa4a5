public import TensorCore

/// Relational KD (Park et al. 2019): 25 times the smooth L1 distance of the batch's pairwise distances, over
/// their mean, plus 50 times that of the angles of its triples, on the pooled last tap.
public struct RelationalDistillation: FeatureLoss, Hashable, Sendable {
  /// Weight of the distances.
  public let distanceWeight: Double
  /// Weight of the angles.
  public let angleWeight: Double
  /// Both weights.
  public var constants: [String: Double] {
    ["distance_weight": distanceWeight, "angle_weight": angleWeight]
  }

  /// Makes a loss; the defaults are the authors'.
  public init(distanceWeight: Double = 25, angleWeight: Double = 50) {
    self.distanceWeight = distanceWeight
    self.angleWeight = angleWeight
  }

  /// The loss of the last taps, averaged over positions.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    let (own, other) = try lesson.embeddings()
    return try relation(own, other)
  }

  /// The loss of embeddings [N, D], N > 1.
  public func relation(_ own: Tensor, _ other: Tensor) throws(TensorError) -> Tensor {
    let fixed = try other.detached()
    let distances = try (try Self.distances(own) - (try Self.distances(fixed))).smoothL1().mean()
    let angles = try (try Self.angles(own) - (try Self.angles(fixed))).smoothL1().mean()
    return try distances * distanceWeight + (try angles * angleWeight)
  }

  /// [N, N], diagonal 0, over the mean of the others.
  private static func distances(_ x: Tensor) throws(TensorError) -> Tensor {
    let count = x.shape[0]
    let squares = try x.squared().sum([1], keepingAxes: true)
    let products = try x.matrixProduct(try x.transposed())
    let squared = try (try squares + (try squares.transposed())) - (try products * 2)
    let others = (0..<(count * count)).map { $0 / count == $0 % count ? 0.0 : 1.0 }
    let mask = try Tensor(
      others, shape: [count, count], dtype: try x.dtype(), device: x.device)
    let distances = try (try squared.atLeast(1e-12).squareRoot()) * mask
    return try distances / (try (try distances.sum()) / Double(count * (count - 1)))
  }

  /// Cosines [N, N, N] of the angles that the first image of a triple sees.
  private static func angles(_ x: Tensor) throws(TensorError) -> Tensor {
    let (count, width) = (x.shape[0], x.shape[1])
    let rows = try x.reshaped([1, count, width])
    let differences = try (try rows - (try x.reshaped([count, 1, width]))).normalised(axis: 2)
    return try differences.matrixProduct(try differences.transposed())
  }
}
