public import Datasets
import Detection
public import Distillation
public import NeuralNet
import TensorCore

// What loaders prepare on the host, in the type, memory order and place of a network's parameters.

extension LabelledBatch {
  /// A classifier's batch.
  public init(_ host: ImageBatch, like store: ParameterStore) throws {
    self.init(
      images: try Tensor.images(host, like: store),
      labels: try Tensor(host.labels, shape: [host.count], device: store.device),
      indices: host.indices)
  }

  /// A detector's batch.
  public init(_ host: DetectionBatch, like store: ParameterStore) throws {
    let (count, boxes) = (host.count, host.labels.count / host.count)
    self.init(
      images: try Tensor.images(host, like: store),
      labels: try Tensor(host.labels, shape: [count, boxes], device: store.device),
      offsets: try Tensor(host.offsets, shape: [count, boxes, 4])
        .converted(to: store.dtype, device: store.device),
      indices: host.indices)
  }

  /// A segmentation's batch. Labels travel as bytes.
  public init(_ host: SegmentationBatch, like store: ParameterStore) throws {
    let labels = try Tensor(
      host.labels, shape: [host.count, host.height, host.width], device: store.device)
    self.init(
      images: try Tensor.images(host, like: store), labels: try labels.converted(to: .int64),
      indices: host.indices)
  }
}

extension Tensor {
  /// [N, C, H, W]
  static func images(_ batch: ImageBatch, like store: ParameterStore) throws(TensorError) -> Tensor
  {
    try images(
      batch.images, shape: [batch.count, batch.channels, batch.height, batch.width], like: store)
  }

  /// [N, 3, 300, 300]
  static func images(_ batch: DetectionBatch, like store: ParameterStore) throws(TensorError)
    -> Tensor
  {
    let side = DefaultBoxes.imageSide
    return try images(batch.images, shape: [batch.count, 3, side, side], like: store)
  }

  /// [N, 3, H, W]
  static func images(_ batch: SegmentationBatch, like store: ParameterStore) throws(TensorError)
    -> Tensor
  {
    try images(batch.images, shape: [batch.count, 3, batch.height, batch.width], like: store)
  }

  private static func images(_ values: [Float], shape: [Int], like store: ParameterStore)
    throws(TensorError) -> Tensor
  {
    try Tensor(values, shape: shape)
      .converted(to: store.dtype, device: store.device, layout: store.layout)
  }
}
