public import TensorCore

/// A linear map between tensors, known by what it does to them; its adjoint is its derivative's.
public struct LinearOperator {
  /// Of an input, without the batch.
  public let inputShape: [Int]
  /// Of an output, without the batch.
  public let outputShape: [Int]
  private let body: (Tensor) throws(TensorError) -> Tensor

  /// Takes a map from [N] + `inputShape` to [N] + some shape, which must be linear and may not depend on N.
  public init(
    inputShape: [Int], _ body: @escaping (Tensor) throws(TensorError) -> Tensor
  ) throws(TensorError) {
    self.inputShape = inputShape
    self.body = body
    let probe = try Tensor.full(0, shape: [1] + inputShape)
    outputShape = Array(try body(probe).shape.dropFirst())
  }

  /// Numbers of an input.
  public var inputCount: Int { inputShape.reduce(1, *) }
  /// Numbers of an output.
  public var outputCount: Int { outputShape.reduce(1, *) }

  /// [N] + `inputShape` to [N] + `outputShape`.
  public func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor { try body(x) }

  /// The adjoint for batches of `count`: its graph is built once.
  func adjoint(count: Int, dtype: DType) throws(TensorError) -> Adjoint {
    try Adjoint(self, count: count, dtype: dtype)
  }

  /// Aᵀ of a linear operator A, as the gradient of <y, A x> with respect to x.
  struct Adjoint {
    private let input: Tensor
    private let output: Tensor

    init(_ map: LinearOperator, count: Int, dtype: DType) throws(TensorError) {
      input = try Tensor.full(0, shape: [count] + map.inputShape, dtype: dtype)
      try input.setRequiresGradient(true)
      output = try map(input)
    }

    /// [N] + `outputShape` to [N] + `inputShape`.
    func callAsFunction(_ y: Tensor) throws(TensorError) -> Tensor {
      let product = try (try output * y).sum()
      guard let gradient = try product.gradients(of: [input], retainingGraph: true)[0] else {
        return try Tensor.full(0, shape: input.shape, dtype: try input.dtype())
      }
      return gradient
    }
  }
}

extension LinearOperator {
  /// A convolution with zero padding of maps [C, H, W], without its bias; `weight` [O, C / groups, KH, KW] of any float
  /// type is converted to the input's.
  public static func convolution(
    weight: Tensor, _ geometry: OperationTrace.Convolution, input: [Int]
  ) throws(TensorError) -> LinearOperator {
    let weight = try weight.detached()
    let wide = try weight.converted(to: .float64)
    return try LinearOperator(inputShape: input) { x throws(TensorError) in
      try x.convolved(
        weight: try x.dtype() == .float64 ? wide : weight, stride: geometry.stride,
        padding: geometry.padding, dilation: geometry.dilation, groups: geometry.groups)
    }
  }
}
