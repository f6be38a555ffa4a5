public import NeuralNet
public import TensorCore

/// MobileNet (Howard et al. 2017) for ImageNet with the parameter names of the OFD code. The taps are the outputs of
/// blocks 3, 5, 11 and 13, in front of their ReLU.
public final class ImageNetMobileNet: Network {
  /// Owner of the parameters and buffers.
  public let store: ParameterStore
  /// Number of classes.
  public let classCount: Int
  /// Channels of the four taps.
  public var tapChannels: [Int] { body.channels }
  /// The last batch norms of the tapped blocks.
  public var tapNorms: [BatchNorm2d?] { body.tapNorms }
  private let body: MobileNetBody
  private let head: Linear

  /// The blocks that end the maps of 1/4, 1/8, 1/16 and 1/32 of the images' sides.
  private static let tappedBlocks = [3, 5, 11, 13]

  /// A network with all channels over `divisor`.
  public init(divisor: Int = 1, classCount: Int, store: ParameterStore) throws(TensorError) {
    body = try MobileNetBody(store.root, divisor: divisor, mapBlocks: Self.tappedBlocks)
    head = try Linear(
      store.root / "fc", inputs: body.channels[body.channels.count - 1], outputs: classCount)
    self.store = store
    self.classCount = classCount
  }

  /// Logits [N, classes] of images [N, 3, H, W].
  public func logits(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    try features(of: images, mode).logits
  }

  /// Logits and the four taps. The last map is averaged whatever its size; the released code pools 7 x 7 cells, which is
  /// all of it for images of 224 pixels.
  public func features(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Features {
    let maps = try body.maps(of: images, mode)
    let last = maps.sources[maps.sources.count - 1]
    return Features(taps: maps.taps, logits: try head(try last.mean([2, 3])))
  }

  /// Multiply-adds of convolutions and the linear layer for one image.
  public func multiplyAdds(imageSize: ImageSize) -> Int {
    var total = head.multiplyAdds
    _ = body.count(imageSize, into: &total)
    return total
  }
}
