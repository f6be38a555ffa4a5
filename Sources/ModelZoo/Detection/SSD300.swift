import Detection
public import NeuralNet
public import TensorCore

/// SSD for images of 300 x 300 pixels (Liu et al. 2016) over one of several backbones.
///
/// Six maps of 38, 19, 10, 5, 3 and 1 cells, the finest from the backbone and the others from extra layers, predict
/// four offsets and the logits of all classes and the background for each default box. The taps are the same six maps
/// before their ReLU, so that any two of these networks have taps of equal sizes, whatever their backbones.
public final class SSD300: Network {
  /// A network that gives the finest maps.
  public enum Backbone: String, Hashable, Sendable, CaseIterable {
    /// VGG-16 as in the paper, with ssd.pytorch's names.
    case vgg16
    /// ResNet-50; torchvision's names behind `backbone.`.
    case resnet50
    /// ResNet-18; torchvision's names behind `backbone.`.
    case resnet18
    /// MobileNet; names of the released ImageNet code behind `backbone.`.
    case mobilenet
  }

  /// Owner of the parameters and buffers.
  public let store: ParameterStore
  /// Number of classes with the background, the last extent of the logits.
  public let classCount: Int
  /// Channels of the six maps.
  public let tapChannels: [Int]
  /// Default boxes at each place of the six maps.
  private static let boxesPerCell = DefaultBoxes.perCell
  private let body: any DetectorBody
  private let extras: [ExtraLayer]
  private let offsetHeads: [Conv2d]
  private let classHeads: [Conv2d]

  /// Widths of the extra layers with the second one's geometry; a backbone that gives three maps needs the last three.
  private static let extraPlan: [(inner: Int, outputs: Int, geometry: Conv2d.Geometry)] = [
    (256, 512, .init(kernel: 3, stride: 2, padding: 1)),
    (128, 256, .init(kernel: 3, stride: 2, padding: 1)),
    (128, 256, .init(kernel: 3)), (128, 256, .init(kernel: 3)),
  ]

  /// A detector of `classCount` classes, the background included, with the channels of the paper over `divisor`.
  public init(_ backbone: Backbone, classCount: Int, divisor: Int = 1, store: ParameterStore)
    throws(TensorError)
  {
    let root = store.root
    switch backbone {
    case .vgg16: body = try VGGBody(root, divisor: divisor)
    case .resnet50: body = try DetectionResNet(root / "backbone", depth: 50, divisor: divisor)
    case .resnet18: body = try DetectionResNet(root / "backbone", depth: 18, divisor: divisor)
    case .mobilenet: body = try MobileNetBody(root / "backbone", divisor: divisor)
    }
    var channels = body.channels
    let plan = Self.extraPlan.suffix(Self.boxesPerCell.count - channels.count)
    var extras: [ExtraLayer] = []
    for (index, layer) in plan.enumerated() {
      let outputs = max(1, layer.outputs / divisor)
      extras.append(
        try ExtraLayer(
          root / "extras", number: 2 * index, inputs: channels[channels.count - 1],
          inner: max(1, layer.inner / divisor), outputs: outputs, layer.geometry))
      channels.append(outputs)
    }
    func heads(_ name: String, _ perBox: Int) throws(TensorError) -> [Conv2d] {
      var heads: [Conv2d] = []
      for (index, boxes) in Self.boxesPerCell.enumerated() {
        heads.append(
          try Conv2d(
            root / name / index, inputs: channels[index], outputs: boxes * perBox,
            .init(kernel: 3, padding: 1), start: .balanced, hasBias: true))
      }
      return heads
    }
    offsetHeads = try heads("loc", 4)
    classHeads = try heads("conf", classCount)
    self.extras = extras
    self.classCount = classCount
    self.store = store
    tapChannels = channels
  }

  /// The backbone's; extra layers have none.
  public var tapNorms: [BatchNorm2d?] { body.tapNorms + extras.map { _ in nil } }

  /// Logits [N, boxes, classes] of images [N, 3, 300, 300].
  public func logits(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    try features(of: images, mode).logits
  }

  /// Logits [N, boxes, classes], offsets [N, boxes, 4] and the six taps.
  public func features(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Features {
    var maps = try body.maps(of: images, mode)
    for extra in extras {
      let before = try extra(maps.sources[maps.sources.count - 1])
      maps.taps.append(before)
      maps.sources.append(try before.relu())
    }
    var offsets: [Tensor] = []
    var logits: [Tensor] = []
    for (index, source) in maps.sources.enumerated() {
      offsets.append(try Self.rows(try offsetHeads[index](source), width: 4))
      logits.append(try Self.rows(try classHeads[index](source), width: classCount))
    }
    return Features(
      taps: maps.taps, logits: try Tensor.concatenated(logits, axis: 1),
      offsets: try Tensor.concatenated(offsets, axis: 1))
  }

  /// [N, boxes * width, H, W] to [N, H * W * boxes, width]
  private static func rows(_ x: Tensor, width: Int) throws(TensorError) -> Tensor {
    let (images, count) = (x.shape[0], x.shape[1] * x.shape[2] * x.shape[3] / width)
    return try x.transposed(1, 2).transposed(2, 3).reshaped([images, count, width])
  }

  /// Multiply-adds of all convolutions for one image.
  public func multiplyAdds(imageSize: ImageSize) -> Int {
    var total = 0
    var sizes = body.count(imageSize, into: &total)
    for extra in extras {
      var size = sizes[sizes.count - 1]
      extra.count(&size, into: &total)
      sizes.append(size)
    }
    for (index, size) in sizes.enumerated() {
      for head in [offsetHeads[index], classHeads[index]] {
        var size = size
        head.count(&size, into: &total)
      }
    }
    return total
  }
}

/// A 1 x 1 convolution with a ReLU and a 3 x 3 convolution, whose ReLU is the caller's.
private struct ExtraLayer {
  private let reducing: Conv2d
  private let widening: Conv2d

  init(
    _ path: ParameterPath, number: Int, inputs: Int, inner: Int, outputs: Int,
    _ geometry: Conv2d.Geometry
  ) throws(TensorError) {
    reducing = try Conv2d(
      path / number, inputs: inputs, outputs: inner, .init(kernel: 1), start: .balanced,
      hasBias: true)
    widening = try Conv2d(
      path / (number + 1), inputs: inner, outputs: outputs, geometry, start: .balanced,
      hasBias: true)
  }

  func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
    try widening(try reducing(x).relu())
  }

  func count(_ size: inout ImageSize, into multiplyAdds: inout Int) {
    reducing.count(&size, into: &multiplyAdds)
    widening.count(&size, into: &multiplyAdds)
  }
}
