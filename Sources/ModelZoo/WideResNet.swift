public import NeuralNet
public import TensorCore

/// Wide ResNet for 32 x 32 images (Zagoruyko and Komodakis 2016) with the parameter names, start values
/// and pre-ReLU taps of the OFD code.
///
/// The taps are outputs of batch norms: the first one of stage 2, the first one of stage 3 and the last
/// one of the network. The released code runs these a second time for the taps, so in train mode their
/// running statistics move twice per pass through `features`; see `BatchNorm2d.countedTwice`.
public final class WideResNet: Network {
  /// Owner of the parameters and buffers.
  public let store: ParameterStore
  /// Number of classes.
  public let classCount: Int
  /// Channels of the three stages.
  public let tapChannels: [Int]
  let stem: Conv2d
  let stages: [[WideBlock]]
  let norm: BatchNorm2d
  private let head: Linear

  /// A network of `depth` = 6 n + 4 layers and `width` times 16, 32, 64 channels.
  public init(depth: Int, width: Int, classCount: Int, store: ParameterStore) throws(TensorError) {
    precondition(Self.isValid(depth: depth, width: width), "WRN-\(depth)-\(width) does not exist")
    let root = store.root
    let channels = [16 * width, 32 * width, 64 * width]
    stem = try Conv2d(root / "conv1", inputs: 3, outputs: 16, .init(kernel: 3, padding: 1))
    var stages: [[WideBlock]] = []
    var inputs = 16
    for (index, outputs) in channels.enumerated() {
      var blocks: [WideBlock] = []
      for layer in 0..<((depth - 4) / 6) {
        let path = root / "block\(index + 1)" / "layer" / layer
        let stride = index > 0 && layer == 0 ? 2 : 1
        blocks.append(try WideBlock(path, inputs: inputs, outputs: outputs, stride: stride))
        inputs = outputs
      }
      stages.append(blocks)
    }
    norm = try BatchNorm2d(root / "bn1", channels: inputs)
    head = try Linear(root / "fc", inputs: inputs, outputs: classCount)
    self.stages = stages
    self.store = store
    self.classCount = classCount
    tapChannels = channels
  }

  /// Whether a network of these sizes exists.
  public static func isValid(depth: Int, width: Int) -> Bool {
    depth >= 10 && (depth - 4) % 6 == 0 && width >= 1
  }

  /// The batch norm in front of each tap.
  public var tapNorms: [BatchNorm2d?] { [stages[1][0].norm1, stages[2][0].norm1, norm] }

  /// Logits [N, classes] of images [N, 3, H, W].
  public func logits(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    var x = MeasuredMap(try stem(images))
    for block in stages.joined() { x = try block(x, mode) }
    return try classify(try norm.activated(x, mode))
  }

  /// Logits and the three taps.
  public func features(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Features {
    var taps: [Tensor] = []
    var x = MeasuredMap(try stem(images))
    for (index, stage) in stages.enumerated() {
      for (layer, block) in stage.enumerated() {
        if index > 0 && layer == 0 {
          let tap = try block.norm1.countedTwice(x, mode)
          taps.append(tap)
          x = try block.continued(from: x.map, activated: try tap.relu(), mode)
        } else {
          x = try block(x, mode)
        }
      }
    }
    let last = try norm.countedTwice(x, mode)
    return Features(taps: taps + [last], logits: try classify(try last.relu()))
  }

  func classify(_ x: Tensor) throws(TensorError) -> Tensor {
    // The released code pools 8 x 8 cells, which is the whole map at 32 x 32.
    try head(try x.mean([2, 3]))
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
