public import Images

/// Photos and masks of one step, on the host.
public struct SegmentationBatch: Sendable {
  /// Normalised planes [N, 3, H, W].
  public let images: [Float]
  /// [N, H, W]: the class, or void; all void where there is no mask.
  public let labels: [UInt8]
  /// H
  public let height: Int
  /// W
  public let width: Int
  /// Positions in the data set.
  public let indices: [Int]

  /// N
  public var count: Int { indices.count }
}

/// How photos are shown to a network.
public enum SegmentationView: Hashable, Sendable {
  /// Mirrored, scaled, cut out and blurred at random; pixels beyond the photo have the label `padding`.
  case augmented(SegmentationAugmentation, padding: UInt8)
  /// Whole, with this short side, the mask as well; one photo per batch.
  case scaled(shortSide: Int)
  /// Whole, as large as it is; one photo per batch.
  case native
}

/// Forms batches for semantic segmentation: decodes and transforms on background threads.
///
/// As for `BatchLoader`, batch `b` of epoch `e` is a pure function of data set, view, seed, `e` and `b`.
public final class SegmentationLoader: Sendable {
  /// The photos.
  public let dataset: SegmentationDataset
  /// How they are shown.
  public let view: SegmentationView
  /// Batch size, seed and threads.
  public let configuration: LoaderConfiguration

  /// Makes a loader of augmented batches.
  public init(
    dataset: SegmentationDataset, augmentation: SegmentationAugmentation, padding: UInt8,
    configuration: LoaderConfiguration
  ) {
    self.dataset = dataset
    view = .augmented(augmentation, padding: padding)
    self.configuration = configuration
  }

  /// Makes a loader of whole photos in file order, one by one.
  public init(dataset: SegmentationDataset, shortSide: Int?, threads: Int = 1) {
    self.dataset = dataset
    view = shortSide.map { .scaled(shortSide: $0) } ?? .native
    configuration = LoaderConfiguration(
      batchSize: 1, seed: 0, threads: threads, shuffles: false)
  }

  /// The number of batches in an epoch.
  public var batchesPerEpoch: Int { configuration.batches(of: dataset.count) }

  /// The batches of `epoch` in order, from number `batch` on; one with a file that cannot be decoded is an error.
  public func epoch(_ epoch: Int, startingAt batch: Int = 0)
    -> BatchSequence<Result<SegmentationBatch, DatasetError>>
  {
    configuration.epoch(epoch, of: dataset.count, startingAt: batch) { indices in
      Result { () throws(DatasetError) in try self.batch(indices, epoch: epoch) }
    }
  }

  private func batch(_ indices: [Int], epoch: Int) throws(DatasetError) -> SegmentationBatch {
    var images: [Float] = []
    var labels: [UInt8] = []
    var size = (width: 0, height: 0)
    for index in indices {
      let shown = try shown(index, epoch)
      size = (shown.photo.width, shown.photo.height)
      if images.isEmpty {
        images.reserveCapacity(indices.count * 3 * size.width * size.height)
        labels.reserveCapacity(indices.count * size.width * size.height)
      }
      shown.photo.appendPlanes(.segmentation, to: &images)
      labels += shown.mask.bytes
    }
    return SegmentationBatch(
      images: images, labels: labels, height: size.height, width: size.width, indices: indices)
  }

  /// A photo and its mask as the network sees them.
  private func shown(_ index: Int, _ epoch: Int) throws(DatasetError) -> (
    photo: Raster, mask: Raster
  ) {
    let sample = dataset.samples[index]
    let (photo, found) = try sample.decoded()
    let mask =
      found
      ?? Raster(width: photo.width, height: photo.height, filling: [SegmentationDataset.void])
    switch view {
    case .native: return (photo, mask)
    case .scaled(let shortSide):
      let size = SegmentationAugmentation.size(
        width: photo.width, height: photo.height, shortSide: shortSide)
      return (
        photo.resized(width: size.width, height: size.height, .bilinear),
        mask.resized(width: size.width, height: size.height, .nearest)
      )
    case .augmented(let augmentation, let padding):
      var stream = configuration.augmentation(of: index, epoch: epoch)
      let draw = augmentation.draw(width: photo.width, height: photo.height, from: &stream)
      return augmentation.apply(draw, photo: photo, mask: mask, padding: padding)
    }
  }
}

extension SegmentationAugmentation {
  /// The square that a draw shows. A photo that is too small is padded on the right and below: with black, and the mask
  /// with `padding`.
  public func apply(_ draw: Draw, photo: Raster, mask: Raster, padding: UInt8) -> (
    photo: Raster, mask: Raster
  ) {
    let (width, height) = draw.size
    let columns = draw.left..<min(draw.left + cropSize, width)
    let rows = draw.top..<min(draw.top + cropSize, height)
    func seen(_ image: Raster, _ interpolation: Interpolation, _ fill: [UInt8]) -> Raster {
      (draw.isMirrored ? image.mirrored() : image)
        .resized(width: width, height: height, interpolation, columns: columns, rows: rows)
        .padded(width: cropSize, height: cropSize, filling: fill)
    }
    return (
      seen(photo, .bilinear, [0, 0, 0]).blurred(radius: draw.blurRadius),
      seen(mask, .nearest, [padding])
    )
  }
}

extension Raster {
  /// The image in the upper left corner of a larger one.
  fileprivate func padded(width: Int, height: Int, filling color: [UInt8]) -> Raster {
    guard width > self.width || height > self.height else { return self }
    var result = Raster(width: width, height: height, filling: color)
    let row = self.width * channels
    for y in 0..<self.height {
      let target = y * width * channels
      result.bytes.replaceSubrange(
        target..<target + row, with: bytes[y * row..<(y + 1) * row])
    }
    return result
  }
}
