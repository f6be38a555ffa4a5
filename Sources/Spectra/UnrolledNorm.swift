import TensorCore

/// The largest singular value of an operator that is small enough to be written down, in float64.
enum UnrolledNorm {
  /// The smaller side of an operator that is written down, and the elements of its matrix.
  static let (largestSide, largestCount) = (1024, 1 << 25)

  /// Whether an operator, or each of `groups` equal parts of which it consists, is small enough.
  static func fits(_ map: LinearOperator, groups: Int = 1) -> Bool {
    let (inputs, outputs) = (map.inputCount / groups, map.outputCount / groups)
    return min(inputs, outputs) <= largestSide && inputs * map.outputCount <= largestCount
  }

  /// The norm of an operator that acts on `groups` equal parts of its first axes each by itself.
  static func norm(of map: LinearOperator, groups: Int = 1) throws(TensorError) -> NormBounds {
    let rows = try matrices(of: map, groups: groups)
    let columns = try rows.transposed()
    let gram =
      rows.shape[1] <= rows.shape[2]
      ? try rows.matrixProduct(columns) : try columns.matrixProduct(rows)
    let largest = try gram.symmetricEigenvalues().largest().scalar()
    return NormBounds(exactly: max(largest, 0).squareRoot(), .decomposition)
  }

  /// The transposed matrices [groups, inputs, outputs]: what becomes of unit vectors, in all groups at once.
  static func matrices(of map: LinearOperator, groups: Int = 1) throws(TensorError) -> Tensor {
    let inputs = map.inputCount / groups
    var parts: [Tensor] = []
    for start in stride(from: 0, to: inputs, by: chunk) {
      let count = min(chunk, inputs - start)
      var units = [Double](repeating: 0, count: count * map.inputCount)
      for row in 0..<count {
        for group in 0..<groups {
          units[row * map.inputCount + group * inputs + start + row] = 1
        }
      }
      let images = try withoutGradient { () throws(TensorError) in
        try map(try Tensor(units, shape: [count] + map.inputShape))
      }
      parts.append(try images.reshaped([count, groups, -1]))
    }
    return try Tensor.concatenated(parts).transposed(0, 1)
  }

  /// Unit vectors of one pass.
  private static let chunk = 64
}
