public import TensorCore

/// Two-dimensional transposed convolution with a bias; registers `weight` [I, O, K, K] and `bias` [O].
public struct TransposedConv2d {
  /// [I, O, K, K]
  public let weight: Tensor
  /// [O]
  public let bias: Tensor
  private let geometry: Conv2d.Geometry

  /// Start values uniform in ±1/sqrt(K² O), PyTorch's default.
  public init(
    _ path: ParameterPath, inputs: Int, outputs: Int, _ geometry: Conv2d.Geometry
  ) throws(TensorError) {
    let bound = 1 / Double(geometry.kernel * geometry.kernel * outputs).squareRoot()
    weight = try path.parameter(
      "weight", shape: [inputs, outputs, geometry.kernel, geometry.kernel], .uniform(bound: bound))
    bias = try path.parameter("bias", shape: [outputs], .uniform(bound: bound))
    self.geometry = geometry
  }

  /// [N, I, H, W] to [N, O, H', W'], H' = (H - 1) stride - 2 padding + K.
  public func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
    try x.transposedConvolved(
      weight: weight, bias: bias, stride: geometry.stride, padding: geometry.padding)
  }
}
