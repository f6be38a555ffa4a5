import Images

/// How photos of classes are shown to a network.
public enum ClassPhotoView: Hashable, Sendable {
  /// A random rectangle brought to a square, mirrored at random.
  case augmented(RandomResizedCrop)
  /// The square in the middle.
  case centre(CentreCrop)

  /// Side of the square, pixels.
  public var side: Int {
    switch self {
    case .augmented(let crop): crop.side
    case .centre(let crop): crop.side
    }
  }
}

/// Forms batches of photos of classes, normalised as torchvision does for ImageNet: decodes and transforms on background
/// threads.
///
/// As for `BatchLoader`, batch `b` of epoch `e` is a pure function of data set, view, seed, `e` and `b`.
public final class ClassPhotoLoader: Sendable {
  /// The photos.
  public let dataset: ClassPhotos
  /// How they are shown.
  public let view: ClassPhotoView
  /// Batch size, seed and threads.
  public let configuration: LoaderConfiguration

  /// Makes a loader.
  public init(dataset: ClassPhotos, view: ClassPhotoView, configuration: LoaderConfiguration) {
    self.dataset = dataset
    self.view = view
    self.configuration = configuration
  }

  /// The number of batches in an epoch.
  public var batchesPerEpoch: Int { configuration.batches(of: dataset.count) }

  /// The batches of `epoch` in order, from number `batch` on; one with a photo that cannot be decoded is an error.
  public func epoch(_ epoch: Int, startingAt batch: Int = 0)
    -> BatchSequence<Result<ImageBatch, DatasetError>>
  {
    configuration.epoch(epoch, of: dataset.count, startingAt: batch) { indices in
      Result { () throws(DatasetError) in try self.batch(indices, epoch: epoch) }
    }
  }

  private func batch(_ indices: [Int], epoch: Int) throws(DatasetError) -> ImageBatch {
    let side = view.side
    var images: [Float] = []
    images.reserveCapacity(indices.count * 3 * side * side)
    for index in indices {
      let photo = try dataset.photo(index)
      switch view {
      case .centre(let crop):
        let shown = try reading { () throws(ImageError) in try crop.applied(to: photo) }
        shown.appendPlanes(.imageNet, to: &images)
      case .augmented(let crop):
        var stream = configuration.augmentation(of: index, epoch: epoch)
        let draw = crop.draw(width: photo.width, height: photo.height, from: &stream)
        let shown = try reading { () throws(ImageError) in try crop.applied(draw, to: photo) }
        shown.appendPlanes(.imageNet, isMirrored: draw.isMirrored, to: &images)
      }
    }
    return ImageBatch(
      images: images, labels: indices.map { Int64(dataset.label($0)) }, indices: indices,
      count: indices.count, channels: 3, height: side, width: side)
  }
}
