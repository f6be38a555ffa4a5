import Randomness

/// Forms the batches of a data set.
///
/// Batch `b` of epoch `e` is a pure function of data set, pipeline, seed, `e` and `b`: the order is the
/// permutation of stream (seed, sample order, e), the augmentation of image `i` is drawn from stream
/// (seed, augmentation, e, i). Threads and the place where a run resumed do not enter.
public final class BatchLoader: Sendable {
  /// The images.
  public let dataset: ImageDataset
  /// What happens to every image.
  public let pipeline: ImagePipeline
  /// Batch size, seed and threads.
  public let configuration: LoaderConfiguration

  private let writer: PlaneWriter

  /// Makes a loader; the channels of `pipeline` must be those of `dataset` and its padding smaller than
  /// the images.
  public init(
    dataset: ImageDataset, pipeline: ImagePipeline, configuration: LoaderConfiguration
  ) {
    precondition(
      pipeline.normalisation.channels == dataset.channels
        && pipeline.padding < min(dataset.height, dataset.width),
      "the pipeline fits the images")
    self.dataset = dataset
    self.pipeline = pipeline
    self.configuration = configuration
    writer = PlaneWriter(pipeline, height: dataset.height, width: dataset.width)
  }

  /// The number of batches in an epoch.
  public var batchesPerEpoch: Int { configuration.batches(of: dataset.count) }

  /// The batches of `epoch` in order, from number `batch` on; background threads prepare them ahead of
  /// the consumer. Empty when `batch` is not below `batchesPerEpoch`.
  public func epoch(_ epoch: Int, startingAt batch: Int = 0) -> BatchSequence<ImageBatch> {
    let order = configuration.order(of: dataset.count, epoch: epoch)
    return configuration.sequence(from: batch, to: batchesPerEpoch) {
      self.batch($0, ofEpoch: epoch, order: order)
    }
  }

  /// One batch of `epoch`, prepared on this thread; nil when `number` is not in 0 ..< `batchesPerEpoch`.
  public func batch(_ number: Int, ofEpoch epoch: Int) -> ImageBatch? {
    guard (0..<batchesPerEpoch).contains(number) else { return nil }
    return batch(
      number, ofEpoch: epoch, order: configuration.order(of: dataset.count, epoch: epoch))
  }

  private func batch(_ number: Int, ofEpoch epoch: Int, order: [Int]) -> ImageBatch {
    let indices = configuration.indices(ofBatch: number, order: order)
    let size = dataset.channels * dataset.height * dataset.width
    let images = [Float](unsafeUninitializedCapacity: indices.count * size) { output, filled in
      dataset.storage.bytes.withUnsafeBufferPointer { bytes in
        for (slot, index) in indices.enumerated() {
          let offset = dataset.byteOffset(index)
          writer.write(
            UnsafeBufferPointer(rebasing: bytes[offset..<offset + size]),
            augmentation(of: index, epoch: epoch),
            to: UnsafeMutableBufferPointer(rebasing: output[slot * size..<(slot + 1) * size]))
        }
      }
      filled = indices.count * size
    }
    return ImageBatch(
      images: images, labels: indices.map { Int64(dataset.label($0)) }, indices: indices,
      count: indices.count, channels: dataset.channels, height: dataset.height, width: dataset.width
    )
  }

  private func augmentation(of index: Int, epoch: Int) -> Augmentation {
    guard pipeline.isRandom else { return Augmentation(isFlipped: false, top: 0, left: 0) }
    var stream = configuration.augmentation(of: index, epoch: epoch)
    return Augmentation(padding: pipeline.padding, from: &stream)
  }
}
