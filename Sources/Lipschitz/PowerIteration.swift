public import TensorCore

/// The released estimate of the largest singular value: `steps` times v <- K v / |K v| with K = G Gᵀ,
/// then s = sqrt(|K v| / |v|). Autograd goes through every step.
///
/// A lower bound of the exact value. Its gradient can exceed the exact one by orders of magnitude when
/// the start nearly misses the leading direction.
public enum PowerIteration {
  /// Squared norms below this are lifted to it, so that a zero matrix reads about 3e-8 instead of NaN,
  /// the released code's answer.
  public static let smallestSquaredNorm = 1e-30

  /// s [N] of matrices G [N, C, D] from start vectors [N, C, 1] or [1, C, 1].
  public static func singularValue(of matrix: Tensor, start: Tensor, steps: Int)
    throws(TensorError) -> Tensor
  {
    try iterate(try gram(of: matrix), start: start, steps: steps).length.squareRoot()
      .reshaped([-1])
  }

  /// sqrt(vᵀ K v) with v, the unit vector after `steps` steps, held constant: the gradient leaves out how
  /// the steps turn v.
  public static func frozenSingularValue(of matrix: Tensor, start: Tensor, steps: Int)
    throws(TensorError) -> Tensor
  {
    let gram = try gram(of: matrix)
    let vector = try withoutGradient { () throws(TensorError) in
      try iterate(gram, start: start, steps: steps).vector
    }
    let form = try (try vector * (try gram.matrixProduct(vector))).sum([1, 2])
    return try form.atLeast(smallestSquaredNorm).squareRoot()
  }

  private static func gram(of matrix: Tensor) throws(TensorError) -> Tensor {
    try matrix.matrixProduct(try matrix.transposed())
  }

  /// The unit vector [N, C, 1] after the last step and |K v| [N, 1, 1] of that step.
  private static func iterate(_ gram: Tensor, start: Tensor, steps: Int) throws(TensorError) -> (
    vector: Tensor, length: Tensor
  ) {
    precondition(steps > 0)
    var vector = start
    var length = start
    for _ in 0..<steps {
      let next = try gram.matrixProduct(vector)
      length = try norm(next)
      vector = try next / length
    }
    return (vector, length)
  }

  /// |x| of columns [N, C, 1], as [N, 1, 1].
  static func norm(_ columns: Tensor) throws(TensorError) -> Tensor {
    try columns.squared().sum([1], keepingAxes: true).atLeast(smallestSquaredNorm).squareRoot()
  }
}
