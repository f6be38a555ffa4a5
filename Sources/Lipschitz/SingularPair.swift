public import TensorCore

/// The leading singular pair u, v of a batch of transmitting matrices, found outside the graph.
///
/// For G = F_i F_{i+1}ᵀ / P the largest singular value is s = uᵀ G v, and its gradient with respect to G
/// is u vᵀ. Because s = sum over positions of (uᵀ F_i)(vᵀ F_{i+1}) / P, the graph needs neither G nor
/// G Gᵀ: with u and v held constant the derivative of this expression is the exact one.
public struct SingularPair {
  /// u [N, 1, C_i]
  public let left: Tensor
  /// v [N, 1, C_{i+1}]
  public let right: Tensor

  /// Squarings of the smaller Gram matrix: 2^7 power steps in seven products.
  private static let squarings = 7
  /// Power steps with G itself afterwards, which remove the rounding of the squarings.
  private static let refinements = 2

  /// Finds the pair from start vectors [1, D, 1], D the smaller of C_i and C_{i+1}.
  public init(of pair: FeaturePair, start: Tensor) throws(TensorError) {
    (left, right) = try withoutGradient { () throws(TensorError) in
      let matrix = try pair.transmittingMatrix()
      let isWide = matrix.shape[1] <= matrix.shape[2]
      // `small` maps the larger space to the smaller one.
      let small = isWide ? matrix : try matrix.transposed()
      let large = try small.transposed()
      var power = try small.matrixProduct(large)
      for _ in 0..<Self.squarings {
        let scale = try power.absolute().largest([1, 2], keepingAxes: true)
          .atLeast(PowerIteration.smallestSquaredNorm)
        power = try power / scale
        power = try power.matrixProduct(power)
      }
      var inner = try Self.unit(try power.matrixProduct(start))
      var outer = try Self.unit(try large.matrixProduct(inner))
      for _ in 0..<Self.refinements {
        inner = try Self.unit(try small.matrixProduct(outer))
        outer = try Self.unit(try large.matrixProduct(inner))
      }
      let rows = (try inner.transposed(), try outer.transposed())
      return isWide ? (rows.0, rows.1) : (rows.1, rows.0)
    }
  }

  /// s [N], differentiable in both maps; exactly 0 for a zero matrix.
  public func singularValue(of pair: FeaturePair) throws(TensorError) -> Tensor {
    let front = try left.matrixProduct(pair.front)
    let back = try right.matrixProduct(pair.back)
    return try (try (try front * back).sum([1, 2])) / Double(pair.positions)
  }

  private static func unit(_ columns: Tensor) throws(TensorError) -> Tensor {
    try columns / (try PowerIteration.norm(columns))
  }
}
