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
