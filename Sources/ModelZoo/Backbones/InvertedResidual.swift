import NeuralNet
import TensorCore

/// The block of MobileNetV2 (Sandler et al. 2018) as the DeepLab code has it: the map is padded with zeros in front of the
/// first convolution, so that the first norm sees the border, too.
struct InvertedResidual {
  /// Channels behind the first convolution.
  let hidden: Int
  /// The norm behind the expanding convolution; nil in a block that does not expand.
  var firstNorm: BatchNorm2d? { expanding?.norm }
  /// The norm that ends the block.
  let lastNorm: BatchNorm2d
  private let expanding: (convolution: Conv2d, norm: BatchNorm2d)?
  private let depthwise: Conv2d
  private let depthwiseNorm: BatchNorm2d
  private let projecting: Conv2d
  private let padding: Int
  private let addsInput: Bool

  /// Registers `conv.0` to `conv.7`, or to `conv.4` where `expansion` is 1.
  init(
    _ path: ParameterPath, inputs: Int, outputs: Int, stride: Int, dilation: Int, expansion: Int
  ) throws(TensorError) {
    let root = path / "conv"
    hidden = inputs * expansion
    let place = expansion == 1 ? 0 : 3
    expanding =
      expansion == 1
      ? nil
      : (
        try Conv2d(root / 0, inputs: inputs, outputs: hidden, .init(kernel: 1), start: .fanIn),
        try BatchNorm2d(root / 1, channels: hidden)
      )
    depthwise = try Conv2d(
      root / place, inputs: hidden, outputs: hidden,
      .init(kernel: 3, stride: stride, dilation: dilation, groups: hidden), start: .fanIn)
    depthwiseNorm = try BatchNorm2d(root / (place + 1), channels: hidden)
    projecting = try Conv2d(
      root / (place + 3), inputs: hidden, outputs: outputs, .init(kernel: 1), start: .fanIn)
    lastNorm = try BatchNorm2d(root / (place + 4), channels: outputs)
    padding = dilation
    addsInput = stride == 1 && inputs == outputs
  }

  /// The map behind the expanding convolution, without the border.
  func expanded(_ x: Tensor) throws(TensorError) -> Tensor {
    guard let expanding else { return x }
    return try expanding.convolution(x)
  }

  /// The block's output from its input and `expanded(_:)` of it. A convolution without bias leaves zeros zero, so that
  /// padding behind it is the same. Where `repeats`, the first norm will be used once more before the gradient is taken.
  func output(_ x: Tensor, expanded: Tensor, _ mode: ForwardMode, repeats: Bool = false)
    throws(TensorError) -> Tensor
  {
    var y = try expanded.padded(padding)
    if let norm = expanding?.norm {
      y = try (repeats ? try norm.movingCopies(y, mode) : try norm(y, mode)).relu6()
    }
    y = try depthwiseNorm(try depthwise(y), mode).relu6()
    y = try lastNorm(try projecting(y), mode)
    return addsInput ? try x + y : y
  }

  /// The first convolution is counted with the border, as it is coded.
  func count(_ size: inout ImageSize, into multiplyAdds: inout Int) {
    size = ImageSize(height: size.height + 2 * padding, width: size.width + 2 * padding)
    expanding?.convolution.count(&size, into: &multiplyAdds)
    depthwise.count(&size, into: &multiplyAdds)
    projecting.count(&size, into: &multiplyAdds)
  }
}
