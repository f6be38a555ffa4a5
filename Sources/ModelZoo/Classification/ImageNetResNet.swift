public import NeuralNet
public import TensorCore

/// ResNet of ImageNet (He et al. 2016, in torchvision's form with the stride in a bottleneck's 3 x 3 convolution) with
/// torchvision's parameter names. The taps are the sums that end the four stages, in front of their ReLU.
public final class ImageNetResNet: Network {
  /// Owner of the parameters and buffers.
  public let store: ParameterStore
  /// Number of classes.
  public let classCount: Int
  /// Channels of the four stages. The released code reports those of bottlenecks for 18 and 34 layers, too.
  public var tapChannels: [Int] { body.channels }
  /// The batch norm that ends the last branch of each stage.
  public var tapNorms: [BatchNorm2d?] { body.stageNorms }
  private let body: ResNetBody
  private let head: Linear

  /// A network of 18, 34, 50, 101 or 152 layers, all channels over `divisor`.
  public init(depth: Int, divisor: Int = 1, classCount: Int, store: ParameterStore)
    throws(TensorError)
  {
    body = try ResNetBody(store.root, depth: depth, divisor: divisor)
    head = try Linear(
      store.root / "fc", inputs: body.channels[body.channels.count - 1], outputs: classCount)
    self.store = store
    self.classCount = classCount
  }

  /// Whether a network of this depth exists.
  public static func isValid(depth: Int) -> Bool { ResNetBody.depths[depth] != nil }

  /// Logits [N, classes] of images [N, 3, H, W].
  public func logits(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    try features(of: images, mode).logits
  }

  /// Logits and the four taps. The last map is averaged whatever its size.
  public func features(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Features {
    let maps = try body.stageMaps(of: images, mode)
    let last = maps[maps.count - 1].after
    return Features(taps: maps.map(\.before), logits: try head(try last.mean([2, 3])))
  }

  /// Multiply-adds of convolutions and the linear layer for one image.
  public func multiplyAdds(imageSize: ImageSize) -> Int {
    var total = head.multiplyAdds
    _ = body.stageSizes(imageSize, into: &total)
    return total
  }
}
