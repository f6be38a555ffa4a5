public import NeuralNet
public import TensorCore

/// ResNet for 32 x 32 images (He et al. 2016, depth 6 n + 2) with the parameter names, start values and
/// pre-ReLU taps of the OFD code.
///
/// A block's last ReLU runs behind the sum; the taps are the sums that end the three stages.
public final class CIFARResNet: Network {
  /// Owner of the parameters and buffers.
  public let store: ParameterStore
  /// Number of classes.
  public let classCount: Int
  /// Channels of the three stages.
  public let tapChannels = [16, 32, 64]
  private let stem: Conv2d
  private let norm: BatchNorm2d
  private let stages: [[ResidualBlock]]
  private let head: Linear

  /// A network of `depth` = 6 n + 2 layers.
  public init(depth: Int, classCount: Int, store: ParameterStore) throws(TensorError) {
    precondition(Self.isValid(depth: depth), "cifar-resnet-\(depth) does not exist")
    let root = store.root
    stem = try Conv2d(root / "conv1", inputs: 3, outputs: 16, .init(kernel: 3, padding: 1))
    norm = try BatchNorm2d(root / "bn1", channels: 16)
    var stages: [[ResidualBlock]] = []
    var inputs = 16
    for (index, outputs) in tapChannels.enumerated() {
      var blocks: [ResidualBlock] = []
      for layer in 0..<((depth - 2) / 6) {
        blocks.append(
          try ResidualBlock(
            root / "layer\(index + 1)" / layer, inputs: inputs, outputs: outputs,
            stride: index > 0 && layer == 0 ? 2 : 1))
        inputs = outputs
      }
      stages.append(blocks)
    }
    head = try Linear(root / "fc", inputs: inputs, outputs: classCount)
    self.stages = stages
    self.store = store
    self.classCount = classCount
  }

  /// Whether a network of this size exists.
  public static func isValid(depth: Int) -> Bool { depth >= 8 && (depth - 2) % 6 == 0 }

  /// The last batch norm of each stage.
  public var tapNorms: [BatchNorm2d?] { stages.map { $0.last?.norm2 } }

  /// Logits [N, classes] of images [N, 3, H, W].
  public func logits(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    try features(of: images, mode).logits
  }

  /// Logits and the three taps.
  public func features(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Features {
    var taps: [Tensor] = []
    var x = try norm(try stem(images), mode).reluInPlace()
    for stage in stages {
      for (layer, block) in stage.enumerated() {
        let sum = try block(x, mode)
        if layer == stage.count - 1 { taps.append(sum) }
        x = try sum.relu()
      }
    }
    // The released code pools 8 x 8 cells, which is the whole map at 32 x 32.
    return Features(taps: taps, logits: try head(try x.mean([2, 3])))
  }

  /// Multiply-adds of convolutions and the linear layer for one image.
  public func multiplyAdds(imageSize: ImageSize) -> Int {
    var size = imageSize
    var total = head.multiplyAdds
    stem.count(&size, into: &total)
    for block in stages.joined() { block.count(&size, into: &total) }
    return total
  }
}
