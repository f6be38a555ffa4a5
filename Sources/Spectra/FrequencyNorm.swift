import Foundation
import TensorCore

/// The matrices by which a convolution acts on the frequencies of a periodic map.
///
/// A stride s becomes s² phases of the input, each a channel of its own (space to depth keeps lengths), so that the
/// convolution of the phases has stride 1; a dilation puts zeros between the pixels of the kernel.
struct FrequencyMatrices {
  /// [groups, O / groups, I / groups, KH, KW] with stride 1 and without dilation.
  private let kernel: Tensor
  private let stride: Int

  init(weight: Tensor, _ geometry: OperationTrace.Convolution) throws(TensorError) {
    let shape = weight.shape
    let outputs = shape[0] / geometry.groups
    let wide = try Self.dilated(try weight.detached(), by: geometry.dilation)
    let phases = try Self.phases(of: wide, stride: geometry.stride)
    kernel = try phases.reshaped([geometry.groups, outputs] + phases.shape.dropFirst())
    stride = geometry.stride
  }

  /// Rows and columns of the kernel of the phases.
  var sides: (height: Int, width: Int) { (kernel.shape[3], kernel.shape[4]) }

  /// The smaller side of each matrix.
  var rank: Int { min(kernel.shape[1], kernel.shape[2]) }

  /// Matrices of a grid of frequencies, of conjugate ones one.
  func count(height: Int, width: Int) -> Int { kernel.shape[0] * height * (width / 2 + 1) }

  /// The matrices [groups * frequencies, O / groups, I / groups] of a grid.
  func matrices(height: Int, width: Int) throws(TensorError) -> Tensor {
    var parts: [Tensor] = []
    for group in 0..<kernel.shape[0] {
      let own = try kernel.narrowed(axis: 0, start: group, length: 1)
        .reshaped(Array(kernel.shape.dropFirst()))
      parts.append(try own.frequencyMatrices(height: height, width: width))
    }
    return parts.count == 1 ? parts[0] : try Tensor.concatenated(parts)
  }

  /// The matrices of a periodic map [C, H, W]; nil where the kernel is larger than the map or the stride does not divide it.
  func matrices(ofMap input: [Int]) throws(TensorError) -> Tensor? {
    let (height, width) = (input[1] / stride, input[2] / stride)
    guard input[1] % stride == 0, input[2] % stride == 0, sides.height <= height,
      sides.width <= width
    else { return nil }
    return try matrices(height: height, width: width)
  }

  private static func dilated(_ weight: Tensor, by dilation: Int) throws(TensorError) -> Tensor {
    guard dilation > 1 else { return weight }
    let columns = try spread(weight, axis: 3, by: dilation)
    return try spread(columns, axis: 2, by: dilation)
  }

  /// Puts `step` - 1 zeros behind each place of an axis but the last one.
  private static func spread(_ x: Tensor, axis: Int, by step: Int) throws(TensorError) -> Tensor {
    var shape = x.shape
    shape[axis] = step - 1
    let gap = try Tensor.full(0, shape: shape, dtype: try x.dtype())
    var parts: [Tensor] = []
    for place in 0..<x.shape[axis] {
      if place > 0 { parts.append(gap) }
      parts.append(try x.narrowed(axis: axis, start: place, length: 1))
    }
    return try Tensor.concatenated(parts, axis: axis)
  }

  /// [O, I, KH, KW] to [O, I s², KH / s, KW / s], both sides rounded up.
  private static func phases(of weight: Tensor, stride: Int) throws(TensorError) -> Tensor {
    guard stride > 1 else { return weight }
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    let rows = try filled(weight, axis: 2, toMultipleOf: stride)
    let whole = try filled(rows, axis: 3, toMultipleOf: stride)
    let (height, width) = (whole.shape[2] / stride, whole.shape[3] / stride)
    // [O, I, h, s, w, s] to [O, I, s, s, h, w]
    return try whole.reshaped([outputs, inputs, height, stride, width, stride])
      .transposed(2, 3).transposed(3, 5).transposed(4, 5)
      .reshaped([outputs, inputs * stride * stride, height, width])
  }

  private static func filled(_ x: Tensor, axis: Int, toMultipleOf step: Int) throws(TensorError)
    -> Tensor
  {
    var shape = x.shape
    let lack = (step - shape[axis] % step) % step
    guard lack > 0 else { return x }
    shape[axis] = lack
    let zeros = try Tensor.full(0, shape: shape, dtype: try x.dtype())
    return try Tensor.concatenated([x, zeros], axis: axis)
  }
}

/// The norm of a convolution of periodic maps: the largest of its matrices' norms.
enum FrequencyNorm {
  /// Matrices that are left for a decomposition.
  private static let survivors = 4
  /// Squarings of the Gram matrices at the most.
  private static let squarings = 6

  /// Exact up to rounding. Frobenius norms of powers of the Gram matrices bound each matrix's norm from above, a
  /// decomposition of the most promising one bounds the largest norm from below; matrices below it drop out.
  static func largest(of matrices: Tensor) throws(TensorError) -> Double {
    var left = matrices
    var powers = try GramPowers(of: matrices)
    var best = 0.0
    for _ in 0..<squarings where left.shape[0] > survivors {
      let bounds = try powers.bounds()
      guard let leader = bounds.indices.max(by: { bounds[$0] < bounds[$1] }) else { break }
      best = max(best, try norm(of: try left.narrowed(axis: 0, start: leader, length: 1)))
      let kept = bounds.indices.filter { bounds[$0] >= best * (1 - rounding) && $0 != leader }
      guard !kept.isEmpty else { return best }
      let rows = try Tensor(kept.map(Int64.init), shape: [kept.count])
      left = try left.rows(rows)
      powers = try powers.rows(rows).squared()
    }
    return max(best, try norm(of: left))
  }

  private static let rounding = 1e-5

  private static func norm(of matrices: Tensor) throws(TensorError) -> Double {
    try matrices.singularValues().largest().scalar()
  }
}

/// G^(2^t) of Gram matrices G of a batch of matrices, scaled to norm 1, with the logarithms of the scales.
struct GramPowers {
  /// [F, N, N]
  private let powers: Tensor
  /// [F]: the logarithm of the Frobenius norm by which all scaling divided.
  private let logarithms: [Double]
  /// 2^(t + 1): the power of the matrices themselves.
  private let exponent: Double

  private init(powers: Tensor, logarithms: [Double], exponent: Double) {
    self.powers = powers
    self.logarithms = logarithms
    self.exponent = exponent
  }

  /// The Gram matrices on the smaller side.
  init(of matrices: Tensor) throws(TensorError) {
    let adjoint = try matrices.adjoint()
    let isWide = matrices.shape[1] <= matrices.shape[2]
    let gram = try isWide ? matrices.matrixProduct(adjoint) : adjoint.matrixProduct(matrices)
    self = try Self.scaled(
      gram, [Double](repeating: 0, count: gram.shape[0]), exponent: 2)
  }

  /// Divides by Frobenius norms, so that no power overflows.
  private static func scaled(_ x: Tensor, _ logarithms: [Double], exponent: Double)
    throws(TensorError) -> GramPowers
  {
    let norms = try x.absolute().squared().sum([1, 2], keepingAxes: true).squareRoot()
      .atLeast(Double(Float.leastNormalMagnitude))
    let found = try norms.values(as: Double.self)
    return GramPowers(
      powers: try x / norms, logarithms: zip(logarithms, found).map { $0 + log($1) },
      exponent: exponent)
  }

  /// Upper bounds of the matrices' norms: |G^(2^t)|_F to the power of 1 / 2^(t + 1).
  func bounds() throws(TensorError) -> [Double] { logarithms.map { exp($0 / exponent) } }

  /// The next power.
  func squared() throws(TensorError) -> GramPowers {
    try Self.scaled(
      try powers.matrixProduct(powers), logarithms.map { 2 * $0 }, exponent: 2 * exponent)
  }

  /// Those of some matrices alone.
  func rows(_ indices: Tensor) throws(TensorError) -> GramPowers {
    let places = try indices.values(as: Int64.self)
    return GramPowers(
      powers: try powers.rows(indices), logarithms: places.map { logarithms[Int($0)] },
      exponent: exponent)
  }
}

/// An upper bound of a convolution's norm for maps of every size, with zeros or periods beyond the border.
///
/// A convolution with zero padding is a part of the one over the infinite grid, whose norm is the largest over all
/// frequencies. On a grid of N frequencies along an axis no more than the factor 1 / cos(π (m - 1) / (2 N)) is missed between
/// two of them for m pixels of the kernel (Duffin and Schaeffer, for functions of exponential type).
enum GramBound {
  /// Frequencies along an axis, the finest affordable one of which is taken.
  private static let grids = [64, 32, 16, 8]
  /// Multiplications of one product of all matrices that are affordable.
  private static let affordable = 3e9

  static func bound(weight: Tensor, _ geometry: OperationTrace.Convolution) throws(TensorError)
    -> NormBounds
  {
    var flat = geometry
    // Over all frequencies zeros between a kernel's pixels change nothing. A stride sees them: it may read all of the
    // kernel's pixels in one phase, which without the zeros are of several.
    if geometry.stride == 1 { flat.dilation = 1 }
    let symbol = try FrequencyMatrices(weight: weight, flat)
    let (height, width) = symbol.sides
    let grid = grid(for: symbol)
    let side = { (pixels: Int) in pixels == 1 ? 1 : max(grid, pixels) }
    let largest = try FrequencyNorm.largest(
      of: try symbol.matrices(height: side(height), width: side(width)))
    let between = [(height, side(height)), (width, side(width))].reduce(1.0) { product, axis in
      product / cos(Double.pi * Double(axis.0 - 1) / Double(2 * axis.1))
    }
    return NormBounds(
      lower: 0, upper: largest * between * (1 + RandomStartLanczos.rounding), .gram)
  }

  private static func grid(for symbol: FrequencyMatrices) -> Int {
    let cube = Double(symbol.rank * symbol.rank * symbol.rank)
    return grids.first { Double(symbol.count(height: $0, width: $0)) * cube <= affordable }
      ?? grids[grids.count - 1]
  }
}
