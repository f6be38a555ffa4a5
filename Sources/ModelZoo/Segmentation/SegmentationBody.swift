import NeuralNet
import TensorCore

/// What DeepLabV3+ takes from a backbone.
struct SegmentationMaps {
  /// Where distillation reads; empty where nobody asked.
  var taps: [Tensor]
  /// A quarter of the image's size, for the decoder.
  let low: Tensor
  /// A sixteenth of the image's size, for the pyramid of dilated convolutions.
  let high: Tensor
}

/// A backbone of DeepLabV3+ at output stride 16.
protocol SegmentationBody {
  /// Channels of the four taps.
  var tapChannels: [Int] { get }
  /// The batch norm in front of each tap.
  var tapNorms: [BatchNorm2d?] { get }
  /// Channels of the low and of the high map.
  var channels: (low: Int, high: Int) { get }

  /// Where `withTaps` is false, nothing is computed for the taps alone.
  func maps(of images: Tensor, _ mode: ForwardMode, withTaps: Bool) throws(TensorError)
    -> SegmentationMaps
  /// Adds the multiply-adds for one image of `size` without those of taps alone, and returns the sizes of both maps.
  func count(_ size: ImageSize, into multiplyAdds: inout Int) -> (low: ImageSize, high: ImageSize)
}

/// A ResNet whose last stage is dilated; taps are the sums that end the four stages.
struct SegmentationResNet: SegmentationBody {
  private let body: ResNetBody

  init(_ path: ParameterPath, depth: Int, divisor: Int) throws(TensorError) {
    body = try ResNetBody(path, depth: depth, divisor: divisor, lastStage: .dilated)
  }

  var tapChannels: [Int] { body.channels }
  var tapNorms: [BatchNorm2d?] { body.stageNorms }
  var channels: (low: Int, high: Int) { (body.channels[0], body.channels[3]) }

  func maps(of images: Tensor, _ mode: ForwardMode, withTaps: Bool) throws(TensorError)
    -> SegmentationMaps
  {
    let ends = try body.stageMaps(of: images, mode)
    return SegmentationMaps(
      taps: withTaps ? ends.map(\.before) : [], low: ends[0].after, high: ends[3].after)
  }

  func count(_ size: ImageSize, into multiplyAdds: inout Int) -> (low: ImageSize, high: ImageSize) {
    let sizes = body.stageSizes(size, into: &multiplyAdds)
    return (sizes[0], sizes[3])
  }
}
