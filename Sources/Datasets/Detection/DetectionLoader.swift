import Detection

/// Photos and targets of one step, on the host.
public struct DetectionBatch: Sendable {
  /// Normalised planes [N, 3, 300, 300].
  public let images: [Float]
  /// [N, boxes]: 0 for background, class + 1 for an object.
  public let labels: [Int64]
  /// [N, boxes, 4]
  public let offsets: [Float]
  /// Positions in the data set.
  public let indices: [Int]

  /// N
  public var count: Int { indices.count }
}

/// Forms batches for a detector: decodes, augments and matches on background threads.
///
/// As for `BatchLoader`, batch `b` of epoch `e` is a pure function of data set, seed, `e` and `b`.
public final class DetectionLoader: Sendable {
  /// The photos.
  public let dataset: DetectionDataset
  /// Batch size, seed and threads.
  public let configuration: LoaderConfiguration
  /// Whether photos are augmented; otherwise they are shown whole.
  public let augments: Bool
  private let defaults = DefaultBoxes.ssd300
  private let renderer = DetectionRenderer(side: DefaultBoxes.imageSide)

  /// Makes a loader.
  public init(dataset: DetectionDataset, augments: Bool, configuration: LoaderConfiguration) {
    self.dataset = dataset
    self.augments = augments
    self.configuration = configuration
  }

  /// The number of batches in an epoch.
  public var batchesPerEpoch: Int { configuration.batches(of: dataset.count) }

  /// The batches of `epoch` in order, from number `batch` on; one with a photo that cannot be decoded is an error.
  public func epoch(_ epoch: Int, startingAt batch: Int = 0)
    -> BatchSequence<Result<DetectionBatch, DatasetError>>
  {
    configuration.epoch(epoch, of: dataset.count, startingAt: batch) { indices in
      Result { () throws(DatasetError) in try self.batch(indices, epoch: epoch) }
    }
  }

  private func batch(_ indices: [Int], epoch: Int) throws(DatasetError) -> DetectionBatch {
    var images = [Float](repeating: 0, count: indices.count * renderer.size)
    var labels: [Int64] = []
    var offsets: [Float] = []
    for (slot, index) in indices.enumerated() {
      let sample = dataset.samples[index]
      let photo = try sample.decoded()
      let draw = draw(sample, index, epoch)
      images.withUnsafeMutableBufferPointer { buffer in
        let part = buffer[slot * renderer.size..<(slot + 1) * renderer.size]
        renderer.render(
          photo, window: draw.window, colours: draw.colours, isMirrored: draw.isMirrored,
          to: UnsafeMutableBufferPointer(rebasing: part))
      }
      let targets = defaults.targets(boxes: draw.boxes, classes: draw.classes)
      labels += targets.labels.map(Int64.init)
      offsets += targets.offsets.map { Float($0) }
    }
    return DetectionBatch(images: images, labels: labels, offsets: offsets, indices: indices)
  }

  private func draw(_ sample: DetectionDataset.Sample, _ index: Int, _ epoch: Int)
    -> SSDAugmentation.Draw
  {
    let (boxes, classes) = sample.learntBoxes()
    guard augments else {
      return .init(
        colours: .none,
        window: .init(left: 0, top: 0, width: sample.width, height: sample.height),
        isMirrored: false, boxes: boxes, classes: classes)
    }
    var stream = configuration.augmentation(of: index, epoch: epoch)
    return SSDAugmentation().draw(
      width: sample.width, height: sample.height, boxes: boxes, classes: classes, from: &stream)
  }
}
