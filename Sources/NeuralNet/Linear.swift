public import TensorCore

/// Fully connected layer; registers `weight` [O, I] and `bias` [O].
public struct Linear {
  /// [O, I]
  public let weight: Tensor
  /// [O]
  public let bias: Tensor
  /// Multiply-adds for one row.
  public let multiplyAdds: Int

  /// Weights uniform in ±1/sqrt(I), PyTorch's default; bias 0, as in the OFD code.
  public init(_ path: ParameterPath, inputs: Int, outputs: Int) throws(TensorError) {
    weight = try path.parameter(
      "weight", shape: [outputs, inputs], .uniform(bound: 1 / Double(inputs).squareRoot()))
    bias = try path.parameter("bias", shape: [outputs], .constant(0))
    multiplyAdds = inputs * outputs
  }

  /// [N, I] to [N, O].
  public func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
    try x.linear(weight: weight, bias: bias)
  }
}
