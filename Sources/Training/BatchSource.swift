public import Datasets
public import Distillation
public import NeuralNet

/// Where a training's batches come from.
public protocol BatchSource {
  /// Samples of an epoch.
  var sampleCount: Int { get }
  /// Batches of an epoch.
  var batchesPerEpoch: Int { get }
  /// How batches are formed.
  var configuration: LoaderConfiguration { get }
  /// The batches of an epoch in order, from number `batch` on, in the type, memory order and place of a network's
  /// parameters. A batch that cannot be made is an error.
  func batches(ofEpoch epoch: Int, startingAt batch: Int, like store: ParameterStore)
    -> AnySequence<Result<LabelledBatch, any Error>>
}

extension BatchLoader: BatchSource {
  /// Images of the data set.
  public var sampleCount: Int { dataset.count }

  /// Images with their classes.
  public func batches(ofEpoch epoch: Int, startingAt batch: Int, like store: ParameterStore)
    -> AnySequence<Result<LabelledBatch, any Error>>
  {
    prepared(self.epoch(epoch, startingAt: batch).lazy.map { .success($0) }) {
      try LabelledBatch($0, like: store)
    }
  }
}

extension DetectionLoader: BatchSource {
  /// Photos of the data set.
  public var sampleCount: Int { dataset.count }

  /// Photos with classes and offsets for every default box.
  public func batches(ofEpoch epoch: Int, startingAt batch: Int, like store: ParameterStore)
    -> AnySequence<Result<LabelledBatch, any Error>>
  {
    prepared(self.epoch(epoch, startingAt: batch)) { try LabelledBatch($0, like: store) }
  }
}

extension SegmentationLoader: BatchSource {
  /// Photos of the data set.
  public var sampleCount: Int { dataset.count }

  /// Photos with the class of every pixel.
  public func batches(ofEpoch epoch: Int, startingAt batch: Int, like store: ParameterStore)
    -> AnySequence<Result<LabelledBatch, any Error>>
  {
    prepared(self.epoch(epoch, startingAt: batch)) { try LabelledBatch($0, like: store) }
  }
}

extension ClassPhotoLoader: BatchSource {
  /// Photos of the data set.
  public var sampleCount: Int { dataset.count }

  /// Photos with their classes.
  public func batches(ofEpoch epoch: Int, startingAt batch: Int, like store: ParameterStore)
    -> AnySequence<Result<LabelledBatch, any Error>>
  {
    prepared(self.epoch(epoch, startingAt: batch)) { try LabelledBatch($0, like: store) }
  }
}

/// Batches on the host as tensors, each when it is asked for.
private func prepared<Host>(
  _ hosts: some Sequence<Result<Host, DatasetError>>,
  _ make: @escaping (Host) throws -> LabelledBatch
) -> AnySequence<Result<LabelledBatch, any Error>> {
  AnySequence(hosts.lazy.map { host in Result { try make(try host.get()) } })
}
