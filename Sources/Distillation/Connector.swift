public import NeuralNet
public import TensorCore

/// OFD's student transform: a 1 x 1 convolution without bias (normal, standard deviation sqrt(2/C_out))
/// and a batch norm, from the student's to the teacher's channels.
public struct Connector {
  private let convolution: Conv2d
  private let norm: BatchNorm2d

  /// Registers `0.weight` and `1.*` under `path`.
  public init(_ path: ParameterPath, inputs: Int, outputs: Int) throws(TensorError) {
    convolution = try Conv2d(path / 0, inputs: inputs, outputs: outputs, .init(kernel: 1))
    norm = try BatchNorm2d(path / 1, channels: outputs)
  }

  /// [N, C_student, H, W] to [N, C_teacher, H, W].
  public func callAsFunction(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    try norm(try convolution(x), mode)
  }

  /// The values of a call, with a gradient to `x` alone; moves no running statistics.
  func held(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    try norm.held(try convolution.held(x), mode)
  }
}
