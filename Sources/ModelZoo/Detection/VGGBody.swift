import NeuralNet
import TensorCore

/// VGG-16 up to a dilated fc6 and fc7 as 1 x 1 convolution, with the numbering of ssd.pytorch; the 38-cell map is
/// divided by the norm of its channels and scaled.
struct VGGBody: DetectorBody {
  private enum Layer {
    case convolution(Conv2d)
    case pool(kernel: Int, stride: Int, padding: Int, roundsUp: Bool)
  }

  let channels: [Int]
  var tapNorms: [BatchNorm2d?] { [nil, nil] }
  /// The layers with the ReLU behind each convolution.
  private let layers: [Layer]
  /// Layers up to the 38-cell map's ReLU.
  private let firstMapEnd: Int
  private let scale: Tensor

  /// Start of the scale of the normalised map.
  private static let startScale = 20.0

  /// Registers `vgg.N.*` and `L2Norm.weight`; channels are those of VGG-16 over `divisor`.
  init(_ root: ParameterPath, divisor: Int) throws(TensorError) {
    var layers: [Layer] = []
    var (inputs, number) = (3, 0)
    func convolution(_ outputs: Int, _ geometry: Conv2d.Geometry) throws(TensorError) {
      layers.append(
        .convolution(
          try Conv2d(
            root / "vgg" / number, inputs: inputs, outputs: outputs, geometry, start: .balanced,
            hasBias: true)))
      inputs = outputs
      number += 2
    }
    func pool(kernel: Int = 2, stride: Int = 2, padding: Int = 0, roundsUp: Bool = false) {
      layers.append(.pool(kernel: kernel, stride: stride, padding: padding, roundsUp: roundsUp))
      number += 1
    }
    var firstMapEnd = 0
    for (stage, (count, width)) in [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)].enumerated() {
      for _ in 0..<count {
        try convolution(max(1, width / divisor), .init(kernel: 3, padding: 1))
      }
      if stage == 3 { firstMapEnd = layers.count }
      // The third map has 75 cells; 38 come out by rounding up.
      if stage < 4 { pool(roundsUp: stage == 2) } else { pool(kernel: 3, stride: 1, padding: 1) }
    }
    let first = max(1, 512 / divisor)
    let second = max(1, 1024 / divisor)
    try convolution(second, .init(kernel: 3, padding: 6, dilation: 6))
    try convolution(second, .init(kernel: 1))
    self.layers = layers
    self.firstMapEnd = firstMapEnd
    channels = [first, second]
    scale = try (root / "L2Norm").parameter("weight", shape: [first], .constant(Self.startScale))
  }

  func maps(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> BodyMaps {
    var x = images
    var maps = BodyMaps(taps: [], sources: [])
    for (index, layer) in layers.enumerated() {
      switch layer {
      case .pool(let kernel, let stride, let padding, let roundsUp):
        x = try x.maxPooled(kernel: kernel, stride: stride, padding: padding, roundsUp: roundsUp)
      case .convolution(let convolution):
        let before = try convolution(x)
        x = try before.relu()
        if index == firstMapEnd - 1 {
          maps.taps.append(before)
          maps.sources.append(try normalised(x))
        } else if index == layers.count - 1 {
          maps.taps.append(before)
          maps.sources.append(x)
        }
      }
    }
    return maps
  }

  private func normalised(_ x: Tensor) throws(TensorError) -> Tensor {
    // Where all channels are zero the root has no slope; nothing is lost by stopping there.
    let energy = try (try x.squared().sum([1], keepingAxes: true)).atLeast(1e-20)
    let norm = try energy.squareRoot() + 1e-10
    return try (try x / norm) * (try scale.reshaped([1, channels[0], 1, 1]))
  }

  func count(_ size: ImageSize, into multiplyAdds: inout Int) -> [ImageSize] {
    var size = size
    var sizes: [ImageSize] = []
    for (index, layer) in layers.enumerated() {
      switch layer {
      case .pool(_, 1, _, _): break
      case .pool(_, let stride, _, let roundsUp):
        let more = roundsUp ? stride - 1 : 0
        size = ImageSize(
          height: (size.height + more) / stride, width: (size.width + more) / stride)
      case .convolution(let convolution): convolution.count(&size, into: &multiplyAdds)
      }
      if index == firstMapEnd - 1 || index == layers.count - 1 { sizes.append(size) }
    }
    return sizes
  }
}
