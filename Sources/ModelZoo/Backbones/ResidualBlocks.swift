import NeuralNet
import TensorCore

/// A block with a shortcut; the ReLU behind the sum is the caller's.
protocol ResidualUnit {
  /// The batch norm that ends the branch.
  var lastNorm: BatchNorm2d { get }
  func callAsFunction(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor
  func count(_ size: inout ImageSize, into multiplyAdds: inout Int)
}

extension ResidualBlock: ResidualUnit {
  var lastNorm: BatchNorm2d { norm2 }
}

/// 1 x 1, 3 x 3 with the stride, 1 x 1 to four times the channels, each with a batch norm.
struct BottleneckBlock: ResidualUnit {
  static let expansion = 4

  let lastNorm: BatchNorm2d
  private let convolutions: [Conv2d]
  private let norms: [BatchNorm2d]
  private let shortcut: Shortcut?

  init(
    _ path: ParameterPath, inputs: Int, inner: Int, stride: Int, dilation: Int, lastScale: Double
  ) throws(TensorError) {
    let outputs = inner * Self.expansion
    var convolutions: [Conv2d] = []
    var norms: [BatchNorm2d] = []
    let shapes = [
      (inputs, inner, Conv2d.Geometry(kernel: 1)),
      (
        inner, inner,
        Conv2d.Geometry(kernel: 3, stride: stride, padding: dilation, dilation: dilation)
      ),
      (inner, outputs, Conv2d.Geometry(kernel: 1)),
    ]
    for (index, shape) in shapes.enumerated() {
      convolutions.append(
        try Conv2d(path / "conv\(index + 1)", inputs: shape.0, outputs: shape.1, shape.2))
      norms.append(
        try BatchNorm2d(
          path / "bn\(index + 1)", channels: shape.1, scale: index == 2 ? lastScale : 1))
    }
    self.convolutions = convolutions
    self.norms = norms
    lastNorm = norms[2]
    shortcut = try Shortcut(path, inputs: inputs, outputs: outputs, stride: stride)
  }

  func callAsFunction(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    var branch = x
    for (index, convolution) in convolutions.enumerated() {
      branch = try norms[index](try convolution(branch), mode)
      if index < 2 { branch = try branch.reluInPlace() }
    }
    guard let shortcut else { return try branch + x }
    return try branch + (try shortcut(x, mode))
  }

  func count(_ size: inout ImageSize, into multiplyAdds: inout Int) {
    var skip = size
    shortcut?.count(&skip, into: &multiplyAdds)
    for convolution in convolutions { convolution.count(&size, into: &multiplyAdds) }
  }
}

/// conv1, bn1, ReLU, conv2, bn2, plus the input or, where the size changes, a 1 x 1 convolution and a batch
/// norm of it. The ReLU behind the sum is the caller's.
struct ResidualBlock {
  let norm2: BatchNorm2d
  private let conv1: Conv2d
  private let norm1: BatchNorm2d
  private let conv2: Conv2d
  private let shortcut: Shortcut?

  init(
    _ path: ParameterPath, inputs: Int, outputs: Int, stride: Int, dilation: Int = 1,
    lastScale: Double = 1
  ) throws(TensorError) {
    conv1 = try Conv2d(
      path / "conv1", inputs: inputs, outputs: outputs,
      .init(kernel: 3, stride: stride, padding: dilation, dilation: dilation))
    norm1 = try BatchNorm2d(path / "bn1", channels: outputs)
    conv2 = try Conv2d(
      path / "conv2", inputs: outputs, outputs: outputs,
      .init(kernel: 3, padding: dilation, dilation: dilation))
    norm2 = try BatchNorm2d(path / "bn2", channels: outputs, scale: lastScale)
    shortcut = try Shortcut(path, inputs: inputs, outputs: outputs, stride: stride)
  }

  func callAsFunction(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    let inner = try conv2.measured(try conv1.measured(x, mode), behind: norm1, mode)
    let branch = try norm2(inner, mode)
    guard let shortcut else { return try branch + x }
    return try branch + (try shortcut(x, mode))
  }

  func count(_ size: inout ImageSize, into multiplyAdds: inout Int) {
    var skip = size
    shortcut?.count(&skip, into: &multiplyAdds)
    conv1.count(&size, into: &multiplyAdds)
    conv2.count(&size, into: &multiplyAdds)
  }
}

/// What a residual block adds to its branch where the size changes: a 1 x 1 convolution and a batch norm of the input.
struct Shortcut {
  private let convolution: Conv2d
  private let norm: BatchNorm2d

  /// Registers `downsample.0` and `downsample.1`; nil where the input itself is added.
  init?(_ path: ParameterPath, inputs: Int, outputs: Int, stride: Int) throws(TensorError) {
    guard inputs != outputs || stride != 1 else { return nil }
    convolution = try Conv2d(
      path / "downsample" / 0, inputs: inputs, outputs: outputs,
      .init(kernel: 1, stride: stride))
    norm = try BatchNorm2d(path / "downsample" / 1, channels: outputs)
  }

  func callAsFunction(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    try norm(try convolution(x), mode)
  }

  func count(_ size: inout ImageSize, into multiplyAdds: inout Int) {
    convolution.count(&size, into: &multiplyAdds)
  }
}
