import NeuralNet
import TensorCore

/// The convolutional part of an ImageNet ResNet with torchvision's names; its maps are the sums that end the second,
/// third and fourth stage.
struct ResNetBody: DetectorBody {
  /// Depths that exist, with the blocks of each stage.
  static let depths: [Int: [Int]] = [18: [2, 2, 2, 2], 50: [3, 4, 6, 3]]

  private let stem: Conv2d
  private let norm: BatchNorm2d
  private let stages: [[any ResidualUnit]]
  let channels: [Int]

  /// Registers `conv1`, `bn1` and `layer1` to `layer4` under `path`; channels are those of the paper over `divisor`.
  init(_ path: ParameterPath, depth: Int, divisor: Int) throws(TensorError) {
    guard let counts = Self.depths[depth] else { preconditionFailure("no ResNet-\(depth)") }
    let isDeep = depth >= 50
    var inputs = max(1, 64 / divisor)
    stem = try Conv2d(
      path / "conv1", inputs: 3, outputs: inputs, .init(kernel: 7, stride: 2, padding: 3))
    norm = try BatchNorm2d(path / "bn1", channels: inputs)
    var stages: [[any ResidualUnit]] = []
    var channels: [Int] = []
    for (stage, count) in counts.enumerated() {
      let inner = max(1, (64 << stage) / divisor)
      let outputs = isDeep ? inner * BottleneckBlock.expansion : inner
      var blocks: [any ResidualUnit] = []
      for layer in 0..<count {
        let place = path / "layer\(stage + 1)" / layer
        let stride = stage > 0 && layer == 0 ? 2 : 1
        blocks.append(
          isDeep
            ? try BottleneckBlock(place, inputs: inputs, inner: inner, stride: stride)
            : try ResidualBlock(place, inputs: inputs, outputs: outputs, stride: stride))
        inputs = outputs
      }
      stages.append(blocks)
      channels.append(outputs)
    }
    self.stages = stages
    self.channels = Array(channels.dropFirst())
  }

  var tapNorms: [BatchNorm2d?] { stages.dropFirst().map { $0.last?.lastNorm } }

  func maps(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> BodyMaps {
    var x = try norm(try stem(images), mode).reluInPlace()
      .maxPooled(kernel: 3, stride: 2, padding: 1)
    var maps = BodyMaps(taps: [], sources: [])
    for (index, stage) in stages.enumerated() {
      for (layer, block) in stage.enumerated() {
        let sum = try block(x, mode)
        x = try sum.relu()
        if index > 0 && layer == stage.count - 1 {
          maps.taps.append(sum)
          maps.sources.append(x)
        }
      }
    }
    return maps
  }

  func count(_ size: ImageSize, into multiplyAdds: inout Int) -> [ImageSize] {
    var size = size
    stem.count(&size, into: &multiplyAdds)
    size = ImageSize(height: (size.height + 1) / 2, width: (size.width + 1) / 2)
    return stages.map { stage in
      for block in stage { block.count(&size, into: &multiplyAdds) }
      return size
    }.suffix(3)
  }
}

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

  init(_ path: ParameterPath, inputs: Int, inner: Int, stride: Int) throws(TensorError) {
    let outputs = inner * Self.expansion
    var convolutions: [Conv2d] = []
    var norms: [BatchNorm2d] = []
    let shapes = [
      (inputs, inner, Conv2d.Geometry(kernel: 1)),
      (inner, inner, Conv2d.Geometry(kernel: 3, stride: stride, padding: 1)),
      (inner, outputs, Conv2d.Geometry(kernel: 1)),
    ]
    for (index, shape) in shapes.enumerated() {
      convolutions.append(
        try Conv2d(path / "conv\(index + 1)", inputs: shape.0, outputs: shape.1, shape.2))
      norms.append(try BatchNorm2d(path / "bn\(index + 1)", channels: shape.1))
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
