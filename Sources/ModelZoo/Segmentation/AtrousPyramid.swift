import NeuralNet
import TensorCore

/// A convolution without bias, a batch norm and a ReLU.
struct NormedConvolution {
  let norm: BatchNorm2d
  private let convolution: Conv2d

  init(
    _ convolution: ParameterPath, _ norm: ParameterPath, inputs: Int, outputs: Int,
    _ geometry: Conv2d.Geometry
  ) throws(TensorError) {
    self.convolution = try Conv2d(
      convolution, inputs: inputs, outputs: outputs, geometry, start: .fanIn)
    self.norm = try BatchNorm2d(norm, channels: outputs)
  }

  func callAsFunction(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    try beforeReLU(x, mode).reluInPlace()
  }

  func beforeReLU(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    try norm(try convolution(x), mode)
  }

  func count(_ size: inout ImageSize, into multiplyAdds: inout Int) {
    convolution.count(&size, into: &multiplyAdds)
  }
}

/// DeepLab's spatial pyramid (Chen et al. 2018): a 1 x 1 convolution, 3 x 3 convolutions dilated by 6, 12 and 18 and the
/// mean of the whole map, joined by a 1 x 1 convolution.
struct AtrousPyramid {
  /// Outputs of each branch and of the whole, before they are divided.
  static let width = 256
  private static let dilations = [6, 12, 18]

  /// The norm in front of the tap.
  var tapNorm: BatchNorm2d { joining.norm }
  let outputs: Int
  private let branches: [NormedConvolution]
  private let pooled: NormedConvolution
  private let joining: NormedConvolution
  private let dropout: Dropout

  init(_ path: ParameterPath, inputs: Int, divisor: Int) throws(TensorError) {
    outputs = max(1, Self.width / divisor)
    var branches: [NormedConvolution] = []
    let geometries =
      [Conv2d.Geometry(kernel: 1)]
      + Self.dilations.map { Conv2d.Geometry(kernel: 3, padding: $0, dilation: $0) }
    for (index, geometry) in geometries.enumerated() {
      let place = path / "aspp\(index + 1)"
      branches.append(
        try NormedConvolution(
          place / "atrous_conv", place / "bn", inputs: inputs, outputs: outputs, geometry))
    }
    self.branches = branches
    let pool = path / "global_avg_pool"
    pooled = try NormedConvolution(
      pool / 1, pool / 2, inputs: inputs, outputs: outputs, .init(kernel: 1))
    joining = try NormedConvolution(
      path / "conv1", path / "bn1", inputs: (branches.count + 1) * outputs, outputs: outputs,
      .init(kernel: 1))
    dropout = Dropout(path / "dropout", probability: 0.5)
  }

  /// The map before the last ReLU and what the decoder sees.
  func callAsFunction(_ x: Tensor, _ mode: ForwardMode, dropsOut: Bool) throws(TensorError) -> (
    tap: Tensor, output: Tensor
  ) {
    let size = x.shape.suffix(2)
    var maps: [Tensor] = []
    for branch in branches { maps.append(try branch(x, mode)) }
    let mean = try pooled(try x.mean([2, 3], keepingAxes: true), mode)
    maps.append(
      try mean.resizedBilinear(height: size[size.startIndex], width: size[size.startIndex + 1]))
    let tap = try joining.beforeReLU(try Tensor.concatenated(maps, axis: 1), mode)
    let output = try tap.relu()
    return (tap, dropsOut ? try dropout(output, mode) : output)
  }

  func count(_ size: ImageSize, into multiplyAdds: inout Int) {
    for branch in branches + [joining] {
      var size = size
      branch.count(&size, into: &multiplyAdds)
    }
    var one = ImageSize(height: 1, width: 1)
    pooled.count(&one, into: &multiplyAdds)
  }
}

/// DeepLabV3+'s decoder: the pyramid's output beside the reduced low map, two 3 x 3 convolutions and the classes.
struct AtrousDecoder {
  private static let lowWidth = 48

  /// The norm in front of the tap.
  var tapNorm: BatchNorm2d { second.norm }
  private let reducing: NormedConvolution
  private let first: NormedConvolution
  private let second: NormedConvolution
  private let dropouts: [Dropout]
  private let head: Conv2d

  init(_ path: ParameterPath, low: Int, pyramid: Int, divisor: Int, classCount: Int)
    throws(TensorError)
  {
    let (narrow, width) = (
      max(1, Self.lowWidth / divisor), max(1, AtrousPyramid.width / divisor)
    )
    reducing = try NormedConvolution(
      path / "conv1", path / "bn1", inputs: low, outputs: narrow, .init(kernel: 1))
    let last = path / "last_conv"
    let geometry = Conv2d.Geometry(kernel: 3, padding: 1)
    first = try NormedConvolution(
      last / 0, last / 1, inputs: pyramid + narrow, outputs: width, geometry)
    second = try NormedConvolution(last / 4, last / 5, inputs: width, outputs: width, geometry)
    dropouts = [Dropout(last / 3, probability: 0.5), Dropout(last / 7, probability: 0.1)]
    head = try Conv2d(
      last / 8, inputs: width, outputs: classCount, .init(kernel: 1), start: .fanIn, hasBias: true)
  }

  /// The map before the last ReLU and the logits, a quarter of the image's size.
  func callAsFunction(_ x: Tensor, low: Tensor, _ mode: ForwardMode) throws(TensorError) -> (
    tap: Tensor, logits: Tensor
  ) {
    let detail = try reducing(low, mode)
    let wide = try x.resizedBilinear(height: detail.shape[2], width: detail.shape[3])
    let inner = try first(try Tensor.concatenated([wide, detail], axis: 1), mode)
    let tap = try second.beforeReLU(try dropouts[0](inner, mode), mode)
    return (tap, try head(try dropouts[1](try tap.relu(), mode)))
  }

  func count(_ size: ImageSize, into multiplyAdds: inout Int) {
    for layer in [reducing, first, second] {
      var size = size
      layer.count(&size, into: &multiplyAdds)
    }
    var size = size
    head.count(&size, into: &multiplyAdds)
  }
}
