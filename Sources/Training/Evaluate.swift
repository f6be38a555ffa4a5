public import Datasets
import Evaluation
public import NeuralNet
import TensorCore

/// Errors of a classifier over a data set.
public struct ClassificationErrors: Hashable, Sendable {
  /// Images whose class is not the first choice, %.
  public let top1: Double
  /// Images whose class is not among the first five choices, %.
  public let top5: Double
  /// Images.
  public let count: Int

  /// Makes a result.
  public init(top1: Double, top5: Double, count: Int) {
    self.top1 = top1
    self.top5 = top5
    self.count = count
  }
}

/// Evaluates with running statistics, in file order, in float32 of the parameters' own type.
public func evaluate(
  _ network: any Network, on data: ImageDataset, pipeline: ImagePipeline, batchSize: Int,
  loaderThreads: Int = 1
) throws -> ClassificationErrors {
  let loader = BatchLoader(
    dataset: data, pipeline: pipeline,
    configuration: LoaderConfiguration(
      batchSize: batchSize, seed: 0, threads: loaderThreads, batchesAhead: 2, shuffles: false,
      dropsLast: false))
  let choices = [1, min(5, network.classCount)]
  var accumulator = try TopKAccumulator(k: choices, classCount: network.classCount)
  for batch in loader.epoch(0) {
    let images = try Tensor.images(batch, like: network.store)
    let logits = try withoutGradient { () throws(TensorError) in
      try network.logits(of: images, .eval).values(as: Float.self)
    }
    try accumulator.add(logits: logits, labels: batch.labels)
  }
  return ClassificationErrors(
    top1: accumulator.errorPercent(k: choices[0]), top5: accumulator.errorPercent(k: choices[1]),
    count: accumulator.count)
}

extension Tensor {
  /// A host batch as [N, C, H, W] in the type, memory order and place of a network's parameters.
  static func images(_ batch: ImageBatch, like store: ParameterStore) throws(TensorError) -> Tensor
  {
    try Tensor(
      batch.images, shape: [batch.count, batch.channels, batch.height, batch.width]
    ).converted(to: store.dtype, device: store.device, layout: store.layout)
  }
}
