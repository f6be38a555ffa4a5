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

  /// Squarings of the smallest square matrix: 2^7 power steps in seven products.
  private static let squarings = 7
  /// Power steps with G itself afterwards, which remove the rounding of the squarings.
  private static let refinements = 2

  /// The extent of the start vectors: the smallest of C_i, C_{i+1} and P, the space in which the steps are cheapest.
  static func extent(of pair: FeaturePair) -> Int {
    min(pair.front.shape[1], pair.back.shape[1], pair.positions)
  }

  /// Finds the pair from start vectors [1, D, 1], D the smallest of C_i, C_{i+1} and P.
  public init(of pair: FeaturePair, start: Tensor) throws(TensorError) {
    (left, right) = try withoutGradient { () throws(TensorError) in
      let channels = min(pair.front.shape[1], pair.back.shape[1])
      return pair.positions < channels
        ? try Self.overPositions(pair, start) : try Self.overChannels(pair, start)
    }
  }

  /// s [N], differentiable in both maps; exactly 0 for a zero matrix.
  public func singularValue(of pair: FeaturePair) throws(TensorError) -> Tensor {
    try pair.form(left, right)
  }

  /// Steps with G Gᵀ or Gᵀ G, whichever is smaller.
  private static func overChannels(_ pair: FeaturePair, _ start: Tensor) throws(TensorError) -> (
    Tensor, Tensor
  ) {
    let matrix = try pair.transmittingMatrix()
    let isWide = matrix.shape[1] <= matrix.shape[2]
    // `small` maps the larger space to the smaller one.
    let small = isWide ? matrix : try matrix.transposed()
    let large = try small.transposed()
    var inner = try unit(try powers(of: try small.matrixProduct(large)).matrixProduct(start))
    var outer = try unit(try large.matrixProduct(inner))
    for _ in 0..<refinements {
      inner = try unit(try small.matrixProduct(outer))
      outer = try unit(try large.matrixProduct(inner))
    }
    let rows = (try inner.transposed(), try outer.transposed())
    return isWide ? rows : (rows.1, rows.0)
  }

  /// Steps with (F_{i+1}ᵀ F_{i+1}) (F_iᵀ F_i), which has the eigenvalues of G Gᵀ P² and the eigenvectors a of
  /// u = F_i a; G is never formed.
  private static func overPositions(_ pair: FeaturePair, _ start: Tensor) throws(TensorError) -> (
    Tensor, Tensor
  ) {
    let (front, back) = (pair.front, pair.back)
    let (frontRows, backRows) = (try front.transposed(), try back.transposed())
    let square = try backRows.matrixProduct(back).matrixProduct(try frontRows.matrixProduct(front))
    var inner = try unit(try front.matrixProduct(try powers(of: square).matrixProduct(start)))
    var outer = try unit(try back.matrixProduct(try frontRows.matrixProduct(inner)))
    for _ in 0..<refinements {
      inner = try unit(try front.matrixProduct(try backRows.matrixProduct(outer)))
      outer = try unit(try back.matrixProduct(try frontRows.matrixProduct(inner)))
    }
    return (try inner.transposed(), try outer.transposed())
  }

  /// A high power of square matrices, scaled.
  private static func powers(of matrix: Tensor) throws(TensorError) -> Tensor {
    var power = matrix
    for _ in 0..<squarings {
      let scale = try power.absolute().largest([1, 2], keepingAxes: true)
        .atLeast(PowerIteration.smallestSquaredNorm)
      power = try power / scale
      power = try power.matrixProduct(power)
    }
    return power
  }

  private static func unit(_ columns: Tensor) throws(TensorError) -> Tensor {
    try columns / (try PowerIteration.norm(columns))
  }
}
