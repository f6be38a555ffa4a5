import NeuralNet
import TensorCore

/// Pre-activation residual block: bn1, ReLU, conv1, bn2, ReLU, conv2, plus the input or, where the
/// number of channels changes, a 1 x 1 convolution of the activated input.
struct WideBlock {
  let norm1: BatchNorm2d
  let conv1: Conv2d
  let norm2: BatchNorm2d
  let conv2: Conv2d
  let shortcut: Conv2d?

  init(_ path: ParameterPath, inputs: Int, outputs: Int, stride: Int) throws(TensorError) {
    norm1 = try BatchNorm2d(path / "bn1", channels: inputs)
    conv1 = try Conv2d(
      path / "conv1", inputs: inputs, outputs: outputs,
      .init(kernel: 3, stride: stride, padding: 1))
    norm2 = try BatchNorm2d(path / "bn2", channels: outputs)
    conv2 = try Conv2d(
      path / "conv2", inputs: outputs, outputs: outputs, .init(kernel: 3, padding: 1))
    shortcut =
      inputs == outputs
      ? nil
      : try Conv2d(
        path / "convShortcut", inputs: inputs, outputs: outputs,
        .init(kernel: 1, stride: stride))
  }

  func callAsFunction(_ x: MeasuredMap, _ mode: ForwardMode) throws(TensorError) -> MeasuredMap {
    guard shortcut == nil else {
      return try continued(from: x.map, activated: try norm1.activated(x, mode), mode)
    }
    let inner = try conv1.measured(x, behind: norm1, mode)
    return try conv2.measured(inner, behind: norm2, residual: x.map, mode)
  }

  /// The block behind its first activation.
  func continued(from x: Tensor, activated: Tensor, _ mode: ForwardMode) throws(TensorError)
    -> MeasuredMap
  {
    let inner = try conv1.measured(activated, mode)
    let residual = try shortcut?(activated) ?? x
    return try conv2.measured(inner, behind: norm2, residual: residual, mode)
  }

  func count(_ size: inout ImageSize, into multiplyAdds: inout Int) {
    var skip = size
    shortcut?.count(&skip, into: &multiplyAdds)
    conv1.count(&size, into: &multiplyAdds)
    conv2.count(&size, into: &multiplyAdds)
  }
}
