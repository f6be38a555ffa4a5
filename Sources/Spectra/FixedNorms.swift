public import TensorCore

/// Norms of the layers without a kernel, by formula or by small decompositions.
public enum FixedNorms {
  /// A linear layer with `weight` [O, I].
  public static func linear(_ weight: Tensor) throws(TensorError) -> NormBounds {
    let values = try weight.detached().converted(to: .float64).singularValues()
    return NormBounds(exactly: try values.largest().scalar(), .decomposition)
  }

  /// A batch norm by running statistics, which multiplies channels by `factors` [C].
  public static func scale(_ factors: Tensor) throws(TensorError) -> NormBounds {
    NormBounds(exactly: try factors.detached().absolute().largest().scalar(), .formula)
  }

  /// Means of square windows of maps [C, H, W]: every channel by itself, rows and columns independently.
  public static func averagePool(kernel: Int, stride: Int, input: [Int]) throws(TensorError)
    -> NormBounds
  {
    guard stride < kernel else {
      // Windows apart from each other: k equal weights of 1 / k along each axis.
      return NormBounds(exactly: 1 / Double(kernel), .formula)
    }
    func side(_ length: Int) throws(TensorError) -> Double {
      let outputs = (length - kernel) / stride + 1
      var rows = [Double](repeating: 0, count: outputs * length)
      for output in 0..<outputs {
        for place in 0..<kernel {
          rows[output * length + output * stride + place] = 1 / Double(kernel)
        }
      }
      return try norm(rows, [outputs, length])
    }
    return NormBounds(exactly: try side(input[1]) * (try side(input[2])), .decomposition)
  }

  /// The mean of `count` numbers.
  public static func mean(of count: Int) -> NormBounds {
    NormBounds(exactly: 1 / Double(count).squareRoot(), .formula)
  }

  /// Largest values of square windows. A number may be the largest of all windows that hold it, so that the root of their
  /// number is attained.
  public static func maxPool(kernel: Int, stride: Int, padding: Int, input: [Int], output: [Int])
    -> NormBounds
  {
    func most(_ length: Int, _ outputs: Int) -> Int {
      (0..<length).map { place in
        (0..<outputs).count { (0..<kernel).contains(place - ($0 * stride - padding)) }
      }.max() ?? 0
    }
    let windows = most(input[1], output[1]) * most(input[2], output[2])
    return NormBounds(exactly: Double(windows).squareRoot(), .formula)
  }

  /// An interpolation of maps [C, H, W], which acts on rows and columns independently; `resize` takes maps [N, 1, H, W].
  static func interpolation(
    input: [Int], output: [Int], _ resize: (Tensor, Int, Int) throws(TensorError) -> Tensor
  ) throws(TensorError) -> NormBounds {
    func side(_ length: Int, _ outputs: Int) throws(TensorError) -> Double {
      var units = [Double](repeating: 0, count: length * length)
      for place in 0..<length { units[place * length + place] = 1 }
      let columns = try resize(try Tensor(units, shape: [length, 1, length, 1]), outputs, 1)
      return try columns.reshaped([length, outputs]).singularValues().largest().scalar()
    }
    return NormBounds(
      exactly: try side(input[1], output[1]) * (try side(input[2], output[2])), .decomposition)
  }

  private static func norm(_ rows: [Double], _ shape: [Int]) throws(TensorError) -> Double {
    try Tensor(rows, shape: shape).singularValues().largest().scalar()
  }
}
