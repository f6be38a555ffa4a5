public import NeuralNet
public import TensorCore

/// DeepLabV3+ (Chen et al. 2018) at output stride 16 with the parameter names of the OFD segmentation code.
///
/// The six taps are the four of the backbone, the pyramid's output and the decoder's last map, all before their ReLU.
public final class DeepLabV3Plus: Network {
  /// A network that gives the maps.
  public enum Backbone: String, Hashable, Sendable, CaseIterable {
    /// ResNet-101; torchvision's names behind `backbone.`.
    case resnet101
    /// ResNet-18; torchvision's names behind `backbone.`.
    case resnet18
    /// MobileNetV2; names of the DeepLab code behind `backbone.`.
    case mobilenet
  }

  /// Owner of the parameters and buffers.
  public let store: ParameterStore
  /// Number of classes with the background.
  public let classCount: Int
  /// Channels of the six taps.
  public let tapChannels: [Int]
  /// Whether the pyramid's dropout works in passes with taps, too. The released code leaves it out there.
  public var dropsOutBesideTaps = false
  private let body: any SegmentationBody
  private let pyramid: AtrousPyramid
  private let decoder: AtrousDecoder

  /// A network of `classCount` classes, the background included, with the channels of the paper over `divisor`.
  public init(_ backbone: Backbone, classCount: Int, divisor: Int = 1, store: ParameterStore)
    throws(TensorError)
  {
    let path = store.root / Self.backboneName
    switch backbone {
    case .resnet101: body = try SegmentationResNet(path, depth: 101, divisor: divisor)
    case .resnet18: body = try SegmentationResNet(path, depth: 18, divisor: divisor)
    case .mobilenet: body = try SegmentationMobileNet(path, divisor: divisor)
    }
    pyramid = try AtrousPyramid(
      store.root / "aspp", inputs: body.channels.high, divisor: divisor)
    decoder = try AtrousDecoder(
      store.root / "decoder", low: body.channels.low, pyramid: pyramid.outputs, divisor: divisor,
      classCount: classCount)
    let width = max(1, AtrousPyramid.width / divisor)
    tapChannels = body.tapChannels + [pyramid.outputs, width]
    self.classCount = classCount
    self.store = store
  }

  static let backboneName = "backbone"

  /// From the backbone to the decoder.
  public var tapNorms: [BatchNorm2d?] { body.tapNorms + [pyramid.tapNorm, decoder.tapNorm] }

  /// 10 for pyramid and decoder, 1 for the backbone, which starts pretrained.
  public func rateFactor(of parameter: String) -> Double {
    parameter.hasPrefix(Self.backboneName + ".") ? 1 : Self.headRateFactor
  }

  /// What the learning rate is multiplied by where nothing starts pretrained.
  public static let headRateFactor = 10.0

  /// Logits [N, classes, H, W] of images [N, 3, H, W].
  public func logits(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    try pass(images, mode, withTaps: false).logits
  }

  /// Logits [N, classes, H, W] and the six taps.
  public func features(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Features {
    try pass(images, mode, withTaps: true)
  }

  private func pass(_ images: Tensor, _ mode: ForwardMode, withTaps: Bool) throws(TensorError)
    -> Features
  {
    let maps = try body.maps(of: images, mode, withTaps: withTaps)
    let joined = try pyramid(maps.high, mode, dropsOut: !withTaps || dropsOutBesideTaps)
    let decoded = try decoder(joined.output, low: maps.low, mode)
    return Features(
      taps: withTaps ? maps.taps + [joined.tap, decoded.tap] : [],
      logits: try decoded.logits.resizedBilinear(
        height: images.shape[2], width: images.shape[3]))
  }

  /// Multiply-adds of all convolutions for one image; those of a plain pass.
  public func multiplyAdds(imageSize: ImageSize) -> Int {
    var total = 0
    let sizes = body.count(imageSize, into: &total)
    pyramid.count(sizes.high, into: &total)
    decoder.count(sizes.low, into: &total)
    return total
  }
}
