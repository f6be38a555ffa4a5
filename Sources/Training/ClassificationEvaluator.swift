public import Datasets
public import Evaluation
public import NeuralNet
public import Results
public import TensorCore

/// Top-1 and top-5 errors of a classifier.
public struct ClassificationEvaluator: Evaluator {
  private let training: ImageDataset
  private let test: ImageDataset
  private let pipeline: ImagePipeline

  /// Training images that are measured: a part of every class.
  private static let sampleImages = 2000
  fileprivate static let batchSize = 250
  /// Training images that are looked at more closely.
  private static let probeImages = 64

  /// Measures on `test` and on a part of `training`.
  public init(training: ImageDataset, test: ImageDataset, pipeline: ImagePipeline) {
    self.training = training.subset(
      fraction: Double(Self.sampleImages) / Double(training.count), seed: 0)
    self.test = test
    self.pipeline = pipeline
  }

  /// Both errors.
  public func measure(_ network: any Network, on part: EvaluationPart) throws -> Measures {
    try evaluate(
      network, on: part == .test ? test : training, pipeline: pipeline, batchSize: Self.batchSize)
  }

  /// Both errors.
  public func constantPredictor() -> Measures {
    constantErrors((0..<test.count).map { test.label($0) })
  }
}

extension ClassificationEvaluator {
  /// One batch of the measured training images.
  public func probeImages(like store: ParameterStore) throws -> [Tensor] {
    let count = min(Self.probeImages, training.count)
    let loader = BatchLoader(
      dataset: training, pipeline: pipeline,
      configuration: LoaderConfiguration(
        batchSize: count, seed: 0, threads: 1, batchesAhead: 1, shuffles: false, dropsLast: false))
    return try loader.epoch(0).prefix(1).map { try Tensor.images($0, like: store) }
  }
}

/// Evaluates with running statistics, in file order, in float32 of the parameters' own type.
public func evaluate(
  _ network: any Network, on data: ImageDataset, pipeline: ImagePipeline, batchSize: Int,
  loaderThreads: Int = 1
) throws -> Measures {
  try classificationErrors(
    of: network, on: data.name, batches: batches(of: data, pipeline, batchSize, loaderThreads))
}

/// What a classifier says of every image, in file order.
public func answers(_ network: any Network, on data: ImageDataset, pipeline: ImagePipeline) throws
  -> ClassifierAnswers
{
  var (all, classes): ([Float], [Int64]) = ([], [])
  _ = try classificationErrors(
    of: network, on: data.name,
    batches: batches(of: data, pipeline, ClassificationEvaluator.batchSize, 1)
  ) { batch, logits in
    all += logits
    classes += batch.labels
  }
  return try ClassifierAnswers(logits: all, labels: classes, classCount: network.classCount)
}

/// Top-1 and top-5 errors of always saying the most frequent classes.
public func constantErrors(_ labels: [Int]) -> Measures {
  let counts = Dictionary(grouping: labels) { $0 }.map(\.value.count).sorted(by: >)
  func error(_ choices: Int) -> Double {
    let hits = counts.prefix(choices).reduce(0, +)
    return Double(labels.count - hits) / Double(labels.count) * 100
  }
  return [.top1Error: error(1), .top5Error: error(5)]
}

/// Whole sets in file order.
private func batches(
  of data: ImageDataset, _ pipeline: ImagePipeline, _ batchSize: Int, _ loaderThreads: Int
) -> some Sequence<Result<ImageBatch, DatasetError>> {
  let loader = BatchLoader(
    dataset: data, pipeline: pipeline,
    configuration: LoaderConfiguration(
      batchSize: batchSize, seed: 0, threads: loaderThreads, batchesAhead: 2, shuffles: false,
      dropsLast: false))
  return loader.epoch(0).lazy.map { .success($0) }
}

/// Top-1 and top-5 errors over batches; `visit` gets every batch with its logits [N, classes]. A batch that could not be
/// made is an error.
func classificationErrors(
  of network: any Network, on name: String,
  batches: some Sequence<Result<ImageBatch, DatasetError>>,
  visit: (ImageBatch, [Float]) throws -> Void = { _, _ in }
) throws -> Measures {
  let choices = [1, min(5, network.classCount)]
  var accumulator = try TopKAccumulator(k: choices, classCount: network.classCount)
  for batch in batches {
    let batch = try batch.get()
    let images = try Tensor.images(batch, like: network.store)
    let logits = try withoutGradient { () throws(TensorError) in
      try network.logits(of: images, .eval).values(as: Float.self)
    }
    if let bad = logits.firstIndex(where: { !$0.isFinite }) {
      throw OutputNotFinite(image: accumulator.count + bad / network.classCount, set: name)
    }
    try accumulator.add(logits: logits, labels: batch.labels)
    try visit(batch, logits)
  }
  return [
    .top1Error: accumulator.errorPercent(k: choices[0]),
    .top5Error: accumulator.errorPercent(k: choices[1]),
  ]
}
