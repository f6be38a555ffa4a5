public import Images

/// Images and labels of one training or evaluation step, on the host.
public struct ImageBatch: Sendable {
  /// Normalised pixels `[N, C, H, W]`, float32.
  public let images: [Float]
  /// Classes `[N]`.
  public let labels: [Int64]
  /// The position in the data set of every image.
  public let indices: [Int]
  /// N; the last batch of an epoch can be smaller than the others.
  public let count: Int
  /// C.
  public let channels: Int
  /// H.
  public let height: Int
  /// W.
  public let width: Int
}

extension ImageBatch {
  /// One photo, normalised as torchvision does for ImageNet, without a label of its own.
  public init(_ shown: Raster) {
    var images: [Float] = []
    shown.appendPlanes(.imageNet, to: &images)
    self.init(
      images: images, labels: [0], indices: [0], count: 1, channels: shown.channels,
      height: shown.height, width: shown.width)
  }
}
