import NeuralNet
import TensorCore

/// The convolutional part of MobileNet (Howard et al. 2017) with the names of the released ImageNet code; its maps are
/// the outputs of chosen blocks.
struct MobileNetBody: DetectorBody {
  /// Channels and stride of each block behind the stem.
  private static let plan = [
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1),
    (512, 1), (512, 1), (1024, 2), (1024, 1),
  ]
  /// Of a detector: the blocks in front of the last changes of size, and the last one.
  static let detectionBlocks = [5, 11, 13]

  private let stem: Conv2d
  private let norm: BatchNorm2d
  private let blocks: [SeparableBlock]
  /// Blocks, from 1, whose outputs are maps.
  private let mapBlocks: [Int]
  let channels: [Int]

  /// Registers `model.0` to `model.13` under `path`; channels are those of the paper over `divisor`.
  init(_ path: ParameterPath, divisor: Int, mapBlocks: [Int] = detectionBlocks) throws(TensorError)
  {
    let root = path / "model"
    var inputs = max(1, 32 / divisor)
    stem = try Conv2d(
      root / 0 / 0, inputs: 3, outputs: inputs, .init(kernel: 3, stride: 2, padding: 1))
    norm = try BatchNorm2d(root / 0 / 1, channels: inputs)
    var blocks: [SeparableBlock] = []
    for (index, (width, stride)) in Self.plan.enumerated() {
      let outputs = max(1, width / divisor)
      blocks.append(
        try SeparableBlock(root / (index + 1), inputs: inputs, outputs: outputs, stride: stride))
      inputs = outputs
    }
    self.blocks = blocks
    self.mapBlocks = mapBlocks
    channels = mapBlocks.map { max(1, Self.plan[$0 - 1].0 / divisor) }
  }

  var tapNorms: [BatchNorm2d?] { mapBlocks.map { blocks[$0 - 1].lastNorm } }

  func maps(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> BodyMaps {
    var x = try norm(try stem(images), mode).reluInPlace()
    var maps = BodyMaps(taps: [], sources: [])
    for (index, block) in blocks.enumerated() {
      let before = try block(x, mode)
      x = try before.relu()
      if mapBlocks.contains(index + 1) {
        maps.taps.append(before)
        maps.sources.append(x)
      }
    }
    return maps
  }

  func count(_ size: ImageSize, into multiplyAdds: inout Int) -> [ImageSize] {
    var size = size
    stem.count(&size, into: &multiplyAdds)
    var sizes: [ImageSize] = []
    for (index, block) in blocks.enumerated() {
      block.count(&size, into: &multiplyAdds)
      if mapBlocks.contains(index + 1) { sizes.append(size) }
    }
    return sizes
  }
}

/// A 3 x 3 convolution of every channel by itself, batch norm, ReLU, a 1 x 1 convolution and a batch norm. The last
/// ReLU is the caller's.
struct SeparableBlock {
  let lastNorm: BatchNorm2d
  private let depthwise: Conv2d
  private let norm: BatchNorm2d
  private let pointwise: Conv2d

  init(_ path: ParameterPath, inputs: Int, outputs: Int, stride: Int) throws(TensorError) {
    depthwise = try Conv2d(
      path / 0, inputs: inputs, outputs: inputs,
      .init(kernel: 3, stride: stride, padding: 1, groups: inputs))
    norm = try BatchNorm2d(path / 1, channels: inputs)
    pointwise = try Conv2d(path / 3, inputs: inputs, outputs: outputs, .init(kernel: 1))
    lastNorm = try BatchNorm2d(path / 4, channels: outputs)
  }

  func callAsFunction(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    let inner = try norm(try depthwise(x), mode).reluInPlace()
    return try lastNorm(try pointwise(inner), mode)
  }

  func count(_ size: inout ImageSize, into multiplyAdds: inout Int) {
    depthwise.count(&size, into: &multiplyAdds)
    pointwise.count(&size, into: &multiplyAdds)
  }
}
