public import TensorCore

/// A convolution as a linear operator on maps of one size, without its bias.
public struct ConvolutionNorm {
  /// [O, I / groups, KH, KW]
  public let weight: Tensor
  /// Stride, padding, dilation and groups.
  public let geometry: OperationTrace.Convolution
  /// [I, H, W]
  public let input: [Int]

  /// Takes a layer and the maps that it reads.
  public init(weight: Tensor, _ geometry: OperationTrace.Convolution, input: [Int])
    throws(TensorError)
  {
    self.weight = try weight.detached().converted(layout: .contiguous)
    self.geometry = geometry
    self.input = input
  }

  /// How a norm is computed.
  public enum Method: Hashable, Sendable {
    /// The cheapest one that is exact, or else the random start.
    case cheapest
    /// The unrolled matrix, written down.
    case unrolled
    /// Lanczos steps from a random start.
    case randomStart
  }

  /// The norm of the operator with its zero padding and its stride. The lower and the upper bound lie within 0.1 % of each
  /// other; `seed` draws the start.
  public func bounds(_ method: Method = .cheapest, seed: UInt64 = 0) throws(TensorError)
    -> NormBounds
  {
    let map = try LinearOperator.convolution(weight: weight, geometry, input: input)
    switch method {
    case .unrolled: return try UnrolledNorm.norm(of: map, groups: geometry.groups)
    case .randomStart: return try RandomStartLanczos.norm(of: map, seed: seed)
    case .cheapest:
      if isPointwise { return NormBounds(exactly: try kernelNorm(), .decomposition) }
      if UnrolledNorm.fits(map, groups: geometry.groups) {
        return try UnrolledNorm.norm(of: map, groups: geometry.groups)
      }
      var found = try RandomStartLanczos.norm(of: map, seed: seed)
      let gram = try gramBound()
      if gram.upper < found.upper {
        (found.upper, found.certificate) = (gram.upper, gram.certificate)
      }
      return found
    }
  }

  /// Whether every output is the kernel's matrix times one pixel.
  private var isPointwise: Bool { weight.shape[2] == 1 && weight.shape[3] == 1 }

  /// An upper bound for maps of every size.
  public func gramBound() throws(TensorError) -> NormBounds {
    try GramBound.bound(weight: weight, geometry)
  }

  /// The norm on periodic maps of this size; nil where stride or kernel do not fit them.
  public func circularNorm() throws(TensorError) -> Double? {
    guard let matrices = try FrequencyMatrices(weight: weight, geometry).matrices(ofMap: input)
    else { return nil }
    return try FrequencyNorm.largest(of: matrices)
  }

  /// The norm of the kernel as a matrix [O / groups, I / groups KH KW] of each group, which is what layers with "spectral
  /// normalisation" divide by. It is no bound of the operator's.
  public func kernelNorm() throws(TensorError) -> Double {
    let groups = geometry.groups
    return try weight.converted(to: .float64).reshaped([groups, weight.shape[0] / groups, -1])
      .singularValues().largest().scalar()
  }
}
