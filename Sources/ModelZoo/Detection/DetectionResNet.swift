import NeuralNet
import TensorCore

/// A detector's maps are the ends of the second, third and fourth stage.
struct DetectionResNet: DetectorBody {
  private let body: ResNetBody
  private static let maps = 3

  init(_ path: ParameterPath, depth: Int, divisor: Int) throws(TensorError) {
    body = try ResNetBody(path, depth: depth, divisor: divisor)
  }

  var channels: [Int] { body.channels.suffix(Self.maps) }
  var tapNorms: [BatchNorm2d?] { body.stageNorms.suffix(Self.maps) }

  func maps(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> BodyMaps {
    let ends = try body.stageMaps(of: images, mode).suffix(Self.maps)
    return BodyMaps(taps: ends.map(\.before), sources: ends.map(\.after))
  }

  func count(_ size: ImageSize, into multiplyAdds: inout Int) -> [ImageSize] {
    body.stageSizes(size, into: &multiplyAdds).suffix(Self.maps)
  }
}
