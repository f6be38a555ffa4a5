public import TensorCore

/// What one pass through a network gives a distillation method.
public struct Features {
  /// Feature taps before their ReLU, from the input to the output, each [N, C_i, H_i, W_i].
  public let taps: [Tensor]
  /// [N, classes]; [N, boxes, classes] of a detector; [N, classes, H, W] of a segmentation.
  public let logits: Tensor
  /// [N, boxes, 4] of a detector.
  public let offsets: Tensor?

  /// Makes a result.
  public init(taps: [Tensor], logits: Tensor, offsets: Tensor? = nil) {
    self.taps = taps
    self.logits = logits
    self.offsets = offsets
  }
}

/// A network with feature taps. All that a method of distillation knows of it.
public protocol Network {
  /// Owner of the parameters and buffers.
  var store: ParameterStore { get }
  /// Number of classes: the second extent of the logits, the last one of a detector's.
  var classCount: Int { get }
  /// Channels of each tap.
  var tapChannels: [Int] { get }
  /// The batch norm in front of each tap, from which OFD takes its margins; nil where there is none.
  var tapNorms: [BatchNorm2d?] { get }

  /// The logits of images [N, C, H, W].
  func logits(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor
  /// Logits and taps of images [N, C, H, W].
  func features(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Features
  /// What the learning rate of a parameter is multiplied by.
  func rateFactor(of parameter: String) -> Double
  /// Multiply-adds of convolutions and linear layers for one image of `size`.
  func multiplyAdds(imageSize: ImageSize) -> Int
  /// The network in kernels that build no graph and are faster, with its parameters as they are now;
  /// nil where there are none for its device, dtype or layout.
  func graphFree() throws(TensorError) -> (any GraphFreeNetwork)?
}

extension Network {
  /// 1
  public func rateFactor(of parameter: String) -> Double { 1 }
  /// nil: a network has no such kernels unless it says so.
  public func graphFree() throws(TensorError) -> (any GraphFreeNetwork)? { nil }
}

/// Forward passes without a graph that give a classifier's results up to rounding and move its running
/// statistics as it would.
public protocol GraphFreeNetwork {
  /// Logits [N, classes] of images [N, C, H, W].
  func logits(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor
  /// Logits and taps of images [N, C, H, W].
  func features(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Features
}

extension Network {
  /// Heights of the taps for images of `size`, found with a pass over one black image that changes nothing.
  public func tapHeights(_ size: ImageSize) throws(TensorError) -> [Int] {
    let image = try Tensor.full(
      0, shape: [1, 3, size.height, size.width], dtype: store.dtype, device: store.device)
    return try withoutGradient { () throws(TensorError) in
      try features(of: image, .eval).taps.map { $0.shape[2] }
    }
  }
}
