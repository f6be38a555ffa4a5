import NeuralNet
import TensorCore

/// What a detector takes from a backbone: its finest maps.
struct BodyMaps {
  /// Before the last ReLU, where distillation reads.
  var taps: [Tensor]
  /// What the predictions of each map see.
  var sources: [Tensor]
}

/// A backbone that gives the maps of 38, 19 and perhaps 10 cells for images of 300 pixels.
protocol DetectorBody {
  /// Channels of each map.
  var channels: [Int] { get }
  /// The batch norm in front of each tap; nil where there is none.
  var tapNorms: [BatchNorm2d?] { get }

  func maps(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> BodyMaps
  /// Adds the multiply-adds for one image of `size` and returns the sizes of the maps.
  func count(_ size: ImageSize, into multiplyAdds: inout Int) -> [ImageSize]
}
