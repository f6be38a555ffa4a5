import NeuralNet
import TensorCore

/// MobileNetV2 at output stride 16 with the names of the DeepLab code, which lists its blocks twice.
///
/// Three taps are expanded maps in front of their ReLU6: the released code runs the first two layers of blocks 4, 7 and 14
/// once more, on maps without the border, so that their norms move twice in training, by unlike batches. The fourth is the
/// output of the last block.
struct SegmentationMobileNet: SegmentationBody {
  /// Expansion, channels, blocks, stride and dilation of each group.
  private static let plan = [
    (1, 16, 1, 1, 1), (6, 24, 2, 2, 1), (6, 32, 3, 2, 1), (6, 64, 4, 2, 1), (6, 96, 3, 1, 1),
    (6, 160, 3, 1, 1), (6, 320, 1, 1, 2),
  ]
  private static let stemChannels = 32
  /// Blocks, from 1, whose expanded maps are taps.
  private static let tapBlocks = [4, 7, 14]
  /// Blocks up to the map for the decoder.
  private static let lowBlocks = 3

  let tapChannels: [Int]
  let tapNorms: [BatchNorm2d?]
  let channels: (low: Int, high: Int)
  private let stem: Conv2d
  private let norm: BatchNorm2d
  private let blocks: [InvertedResidual]

  /// Registers `features.0` to `features.17` under `path`, and once more as `low_level_features` and
  /// `high_level_features`; channels are those of the paper over `divisor`.
  init(_ path: ParameterPath, divisor: Int) throws(TensorError) {
    let root = path / "features"
    var inputs = max(1, Self.stemChannels / divisor)
    stem = try Conv2d(
      root / 0 / 0, inputs: 3, outputs: inputs, .init(kernel: 3, stride: 2, padding: 1),
      start: .fanIn)
    norm = try BatchNorm2d(root / 0 / 1, channels: inputs)
    var blocks: [InvertedResidual] = []
    var widths: [Int] = []
    for (expansion, width, count, stride, dilation) in Self.plan {
      for index in 0..<count {
        let outputs = max(1, width / divisor)
        blocks.append(
          try InvertedResidual(
            root / (blocks.count + 1), inputs: inputs, outputs: outputs,
            stride: index == 0 ? stride : 1, dilation: dilation, expansion: expansion))
        widths.append(outputs)
        inputs = outputs
      }
    }
    self.blocks = blocks
    channels = (widths[Self.lowBlocks - 1], inputs)
    tapChannels = Self.tapBlocks.map { blocks[$0 - 1].hidden } + [inputs]
    tapNorms = Self.tapBlocks.map { blocks[$0 - 1].firstNorm } + [blocks.last?.lastNorm]
    for (index, part) in [0..<(Self.lowBlocks + 1), (Self.lowBlocks + 1)..<(blocks.count + 1)]
      .enumerated()
    {
      let name = index == 0 ? "low_level_features" : "high_level_features"
      for block in part { (root / block).alias(as: path / name / block) }
    }
  }

  func maps(of images: Tensor, _ mode: ForwardMode, withTaps: Bool) throws(TensorError)
    -> SegmentationMaps
  {
    var x = try norm(try stem(images), mode).relu6()
    var low = x
    var expanded: [(map: Tensor, norm: BatchNorm2d)] = []
    for (index, block) in blocks.enumerated() {
      let inner = try block.expanded(x)
      let isTap = withTaps && Self.tapBlocks.contains(index + 1)
      if isTap, let norm = block.firstNorm { expanded.append((inner, norm)) }
      x = try block.output(x, expanded: inner, mode, repeats: isTap)
      if index + 1 == Self.lowBlocks { low = x }
    }
    var taps: [Tensor] = []
    for (map, norm) in expanded { taps.append(try norm.movingCopies(map, mode)) }
    return SegmentationMaps(taps: withTaps ? taps + [x] : [], low: low, high: x)
  }

  func count(_ size: ImageSize, into multiplyAdds: inout Int) -> (low: ImageSize, high: ImageSize) {
    var size = size
    stem.count(&size, into: &multiplyAdds)
    var low = size
    for (index, block) in blocks.enumerated() {
      block.count(&size, into: &multiplyAdds)
      if index + 1 == Self.lowBlocks { low = size }
    }
    return (low, size)
  }
}
