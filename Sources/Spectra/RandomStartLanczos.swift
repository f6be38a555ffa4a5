import Foundation
import Randomness
import TensorCore

/// The largest singular value of a large operator by Lanczos steps on AᵀA from a random start.
///
/// The largest Ritz value θ is a lower bound of σ². From a start that is uniform on the sphere in n dimensions it is above
/// (1 - ε) σ² after k steps but with probability 1.648 √n exp(-√ε (2k - 1)), whatever the spectrum (Kuczyński and
/// Woźniakowski, SIAM J. Matrix Anal. Appl. 13, 1992, theorem 4.2). The steps are as many as make that the failure that is
/// allowed; both bounds leave room for rounding, by which orthogonality is lost and the Ritz value is not (Paige).
enum RandomStartLanczos {
  /// Share of σ² by which the upper bound lies above θ.
  static let width = 1.6e-3
  /// Share of σ by which both bounds give way to rounding in float32.
  static let rounding = 2e-5

  /// Steps that n dimensions need.
  static func steps(dimensions n: Int) -> Int {
    let logarithm = log(1.648 * Double(n).squareRoot() / Certificate.failure)
    return Int(((logarithm / width.squareRoot() + 1) / 2).rounded(.up))
  }

  /// Bounds of the norm; the steps run in the smaller of both spaces.
  static func norm(of map: LinearOperator, seed: UInt64) throws(TensorError) -> NormBounds {
    let runsInInput = map.inputCount <= map.outputCount
    let shape = [1] + (runsInInput ? map.inputShape : map.outputShape)
    let dimensions = min(map.inputCount, map.outputCount)
    let adjoint = try map.adjoint(count: 1, dtype: .float32)
    func gram(_ x: Tensor) throws(TensorError) -> Tensor {
      if runsInInput { return try adjoint(try map(x)) }
      return try map(try adjoint(x))
    }
    var stream = RandomStream(seed: seed, purpose: .powerIteration)
    let start = try Tensor(
      stream.normals(count: dimensions, standardDeviation: 1), shape: shape)
    return try bounds(
      try tridiagonal(start, steps: steps(dimensions: dimensions), gram))
  }

  /// The coefficients of the steps; fewer where the space that they span is exhausted.
  private struct Coefficients {
    var diagonal: [Double] = []
    var beside: [Double] = []
  }

  private static func tridiagonal(
    _ start: Tensor, steps: Int, _ gram: (Tensor) throws(TensorError) -> Tensor
  ) throws(TensorError) -> Coefficients {
    var found = Coefficients()
    var vector = try start / length(start)
    var before: Tensor?
    for _ in 0..<steps {
      var next = try gram(vector)
      let along = try (try next * vector).sum().scalar()
      next = try next - (try vector * along)
      if let before, let beta = found.beside.last { next = try next - (try before * beta) }
      let beta = try length(next)
      found.diagonal.append(along)
      found.beside.append(beta)
      let scale = max(found.diagonal.max() ?? 0, found.beside.max() ?? 0)
      guard beta > 1e-7 * scale else { break }
      before = vector
      vector = try next / beta
    }
    return found
  }

  private static func length(_ x: Tensor) throws(TensorError) -> Double {
    try x.squared().sum().scalar().squareRoot()
  }

  private static func bounds(_ found: Coefficients) throws(TensorError) -> NormBounds {
    let size = found.diagonal.count
    var matrix = [Double](repeating: 0, count: size * size)
    for index in 0..<size {
      matrix[index * size + index] = found.diagonal[index]
      guard index + 1 < size else { continue }
      matrix[index * size + index + 1] = found.beside[index]
      matrix[(index + 1) * size + index] = found.beside[index]
    }
    let pair = try Tensor(matrix, shape: [size, size]).symmetricEigenvectors()
    let square = max(try pair.values.narrowed(axis: 0, start: size - 1, length: 1).scalar(), 0)
    let last = try pair.vectors.narrowed(axis: 0, start: size - 1, length: 1)
      .narrowed(axis: 1, start: size - 1, length: 1).scalar()
    let residual = abs((found.beside.last ?? 0) * last)
    return NormBounds(
      lower: square.squareRoot() * (1 - rounding),
      upper: max(square / (1 - width), square + residual).squareRoot() * (1 + rounding),
      .randomStart(
        steps: size, failure: Certificate.failure, residual: square > 0 ? residual / square : 0))
  }
}
