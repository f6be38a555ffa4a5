import NeuralNet
import TensorCore

/// The convolutional part of an ImageNet ResNet with torchvision's names.
struct ResNetBody {
  /// Depths that exist, with the blocks of each stage.
  static let depths: [Int: [Int]] = [
    18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3], 101: [3, 4, 23, 3], 152: [3, 8, 36, 3],
  ]

  /// What happens to the size of the maps in the fourth stage.
  enum LastStage {
    /// They become half as large, as in the classifier.
    case strided
    /// They keep their size, and the convolutions are dilated instead: by 2 in plain blocks, by 2, 4 and 8 in the three
    /// bottlenecks, as in the DeepLab code.
    case dilated
  }

  /// What ends a stage.
  struct StageMap {
    /// The sum of branch and shortcut, where distillation reads.
    let before: Tensor
    /// Behind its ReLU.
    let after: Tensor
  }

  /// Channels of the four stages.
  let channels: [Int]
  private let stem: Conv2d
  private let norm: BatchNorm2d
  private let stages: [[any ResidualUnit]]

  /// Registers `conv1`, `bn1` and `layer1` to `layer4` under `path`; channels are those of the paper over `divisor`.
  init(_ path: ParameterPath, depth: Int, divisor: Int, lastStage: LastStage = .strided)
    throws(TensorError)
  {
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
      let isDilated = stage == 3 && lastStage == .dilated
      // The released segmentations start pretrained. From random numbers a sum over 33 branches makes the first gradients
      // hundreds of times the later ones; branches that start at zero do not (Goyal et al. 2017).
      let lastScale = lastStage == .dilated ? 0.0 : 1
      var blocks: [any ResidualUnit] = []
      for layer in 0..<count {
        let place = path / "layer\(stage + 1)" / layer
        let stride = stage > 0 && layer == 0 && !isDilated ? 2 : 1
        let dilation = !isDilated ? 1 : isDeep ? 2 << layer : 2
        blocks.append(
          isDeep
            ? try BottleneckBlock(
              place, inputs: inputs, inner: inner, stride: stride, dilation: dilation,
              lastScale: lastScale)
            : try ResidualBlock(
              place, inputs: inputs, outputs: outputs, stride: stride, dilation: dilation,
              lastScale: lastScale))
        inputs = outputs
      }
      stages.append(blocks)
      channels.append(outputs)
    }
    self.stages = stages
    self.channels = channels
  }

  /// The batch norm that ends each stage's last branch.
  var stageNorms: [BatchNorm2d?] { stages.map { $0.last?.lastNorm } }

  /// The ends of the four stages.
  func stageMaps(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> [StageMap] {
    var x = try norm(try stem(images), mode).reluInPlace()
      .maxPooled(kernel: 3, stride: 2, padding: 1)
    var maps: [StageMap] = []
    for stage in stages {
      var sum = x
      for block in stage {
        sum = try block(x, mode)
        x = try sum.relu()
      }
      maps.append(StageMap(before: sum, after: x))
    }
    return maps
  }

  /// Adds the multiply-adds for one image of `size` and returns the sizes of the four stages' maps.
  func stageSizes(_ size: ImageSize, into multiplyAdds: inout Int) -> [ImageSize] {
    var size = size
    stem.count(&size, into: &multiplyAdds)
    size = ImageSize(height: (size.height + 1) / 2, width: (size.width + 1) / 2)
    return stages.map { stage in
      for block in stage { block.count(&size, into: &multiplyAdds) }
      return size
    }
  }
}
