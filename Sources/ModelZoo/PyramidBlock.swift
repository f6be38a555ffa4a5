import NeuralNet
import TensorCore

/// A block of PyramidNet: bn1, convolutions with a batch norm behind each and a ReLU between them, plus the
/// input, average-pooled where the stride is 2 and padded with zero channels. No ReLU follows bn1 or the sum.
///
/// Basic: two 3 x 3 convolutions. Bottleneck: 1 x 1, 3 x 3, 1 x 1 to four times the channels.
struct PyramidBlock {
  /// Output channels per channel of the block.
  static let bottleneckExpansion = 4

  let outputs: Int
  private let isBottleneck: Bool
  private let stride: Int
  private let convolutions: [Conv2d]
  /// One in front of the first convolution and one behind each.
  let norms: [BatchNorm2d]

  init(
    _ path: ParameterPath, inputs: Int, channels: Int, stride: Int, isBottleneck: Bool
  ) throws(TensorError) {
    self.isBottleneck = isBottleneck
    self.stride = stride
    outputs = isBottleneck ? channels * Self.bottleneckExpansion : channels
    let spatial = Conv2d.Geometry(kernel: 3, padding: 1)
    let strided = Conv2d.Geometry(kernel: 3, stride: stride, padding: 1)
    let point = Conv2d.Geometry(kernel: 1)
    let steps: [(outputs: Int, geometry: Conv2d.Geometry)] =
      isBottleneck
      ? [(channels, point), (channels, strided), (outputs, point)]
      : [(channels, strided), (channels, spatial)]
    var norms = [try BatchNorm2d(path / "bn1", channels: inputs)]
    var convolutions: [Conv2d] = []
    var width = inputs
    for (index, step) in steps.enumerated() {
      convolutions.append(
        try Conv2d(
          path / "conv\(index + 1)", inputs: width, outputs: step.outputs, step.geometry))
      norms.append(try BatchNorm2d(path / "bn\(index + 2)", channels: step.outputs))
      width = step.outputs
    }
    self.norms = norms
    self.convolutions = convolutions
  }

  func callAsFunction(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    let first = try convolutions[0](try norms[0](x, mode))
    return try sum(of: try rest(try norms[1](first, mode).reluInPlace(), mode), and: x)
  }

  /// The block and the tap in it: bn1 of a basic block; of a bottleneck bn2, because the released code goes
  /// on to the first map with few channels. The batch norms up to there count twice.
  func withTap(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> (Tensor, tap: Tensor) {
    let first = try norms[0].countedTwice(x, mode)
    let convolved = try convolutions[0](first)
    if isBottleneck {
      let second = try norms[1].countedTwice(convolved, mode)
      return (try sum(of: try rest(try second.relu(), mode), and: x), second)
    }
    let second = try norms[1](convolved, mode).reluInPlace()
    return (try sum(of: try rest(second, mode), and: x), first)
  }

  /// From the first ReLU on.
  private func rest(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    var x = x
    for index in 1..<convolutions.count {
      x = try norms[index + 1](try convolutions[index](x), mode)
      if index + 1 < convolutions.count { x = try x.reluInPlace() }
    }
    return x
  }

  private func sum(of branch: Tensor, and x: Tensor) throws(TensorError) -> Tensor {
    let shortcut = stride == 2 ? try x.averagePooled(kernel: 2) : x
    var shape = shortcut.shape
    guard shape[1] < outputs else { return try branch + shortcut }
    shape[1] = outputs - shape[1]
    let zeros = try Tensor.full(0, shape: shape, dtype: try x.dtype(), device: x.device)
    return try branch + (try Tensor.concatenated([shortcut, zeros], axis: 1))
  }

  func count(_ size: inout ImageSize, into multiplyAdds: inout Int) {
    for convolution in convolutions { convolution.count(&size, into: &multiplyAdds) }
  }
}
