public import NeuralNet
public import TensorCore

/// PyramidNet for 32 x 32 images (Han, Kim and Kim 2017): every block is a little wider than the one before
/// it, by alpha over the number of blocks. Names, start values and taps of the OFD code.
///
/// The taps are outputs of batch norms that the released code runs a second time; see
/// `BatchNorm2d.countedTwice`. The margins come from bn2 of the next stage's first block even where the tap is
/// its bn1; in a basic block bn2 has another number of channels, so the released code fails there and such
/// a network is a student only.
public final class PyramidNet: Network {
  /// Owner of the parameters and buffers.
  public let store: ParameterStore
  /// Number of classes.
  public let classCount: Int
  /// Channels of the three taps.
  public let tapChannels: [Int]
  private let stem: Conv2d
  private let stemNorm: BatchNorm2d
  private let stages: [[PyramidBlock]]
  private let norm: BatchNorm2d
  private let head: Linear

  /// A network of `depth` layers that ends `alpha` channels wider than the 16 that it starts with; four
  /// times that with bottlenecks.
  public init(
    depth: Int, alpha: Int, isBottleneck: Bool, classCount: Int, store: ParameterStore
  ) throws(TensorError) {
    precondition(
      Self.isValid(depth: depth, alpha: alpha, isBottleneck: isBottleneck),
      "pyramidnet-\(depth)-\(alpha) does not exist")
    let root = store.root
    let blocksPerStage = (depth - 2) / (isBottleneck ? 9 : 6)
    stem = try Conv2d(root / "conv1", inputs: 3, outputs: 16, .init(kernel: 3, padding: 1))
    stemNorm = try BatchNorm2d(root / "bn1", channels: 16)
    var stages: [[PyramidBlock]] = []
    var width = 16.0
    var inputs = 16
    for stage in 0..<3 {
      var blocks: [PyramidBlock] = []
      for layer in 0..<blocksPerStage {
        width += Double(alpha) / Double(3 * blocksPerStage)
        let block = try PyramidBlock(
          root / "layer\(stage + 1)" / layer, inputs: inputs,
          channels: Int(width.rounded(.toNearestOrEven)),
          stride: stage > 0 && layer == 0 ? 2 : 1, isBottleneck: isBottleneck)
        inputs = block.outputs
        blocks.append(block)
      }
      stages.append(blocks)
    }
    norm = try BatchNorm2d(root / "bn_final", channels: inputs)
    head = try Linear(root / "fc", inputs: inputs, outputs: classCount)
    tapChannels =
      stages.dropFirst().map { $0[0].norms[isBottleneck ? 1 : 0].weight.count } + [inputs]
    self.stages = stages
    self.store = store
    self.classCount = classCount
  }

  /// Whether a network of these sizes exists.
  public static func isValid(depth: Int, alpha: Int, isBottleneck: Bool) -> Bool {
    let layers = isBottleneck ? 9 : 6
    return depth >= layers + 2 && (depth - 2) % layers == 0 && alpha >= 1
  }

  /// The batch norms from which the released code takes margins.
  public var tapNorms: [BatchNorm2d?] { stages.dropFirst().map { $0[0].norms[1] } + [norm] }

  /// Logits [N, classes] of images [N, 3, H, W].
  public func logits(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    var x = try stemNorm(try stem(images), mode)
    for block in stages.joined() { x = try block(x, mode) }
    return try classify(try norm(x, mode).reluInPlace())
  }

  /// Logits and the three taps.
  public func features(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Features {
    var taps: [Tensor] = []
    var x = try stemNorm(try stem(images), mode)
    for (index, stage) in stages.enumerated() {
      for (layer, block) in stage.enumerated() {
        if index > 0 && layer == 0 {
          let (sum, tap) = try block.withTap(x, mode)
          taps.append(tap)
          x = sum
        } else {
          x = try block(x, mode)
        }
      }
    }
    let last = try norm.countedTwice(x, mode)
    return Features(taps: taps + [last], logits: try classify(try last.relu()))
  }

  private func classify(_ x: Tensor) throws(TensorError) -> Tensor {
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
