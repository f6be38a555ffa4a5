public import Datasets
public import Foundation
public import Measuring
public import NeuralNet
public import Results
public import Training

/// Photos with masks of a devkit.
public struct SegmentationSource: RunData {
  private var photos: PhotoPair<SegmentationDataset>
  private let size: Int

  /// Reads the headers of photos and masks; a budget's synthetic photos are written under `runs`. Photos are scaled around
  /// and cut to the extent's side.
  public init(_ request: PhotoRequest, _ extent: TableRecipe.Extent, runs: URL) throws {
    let place = try request.place(extent.synthetic, runs: runs)
    func read(_ parts: [VOCDevkit.Part], _ sbd: URL?) throws -> SegmentationDataset {
      try SegmentationDataset(
        name: (place.isSynthetic ? "voc-synthetic " : "voc ") + PhotoRequest.text(parts, sbd),
        root: place.root, parts: parts, extendedBy: try sbd.map { try SBDataset(root: $0) },
        skipsBad: request.skipsBad, rehash: request.rehash, report: request.report)
    }
    photos = try PhotoPair(
      training: try read(place.training, request.sbd), test: try read(place.test, nil), request,
      place)
    size = extent.imageSize ?? SegmentationEvaluator.paperShortSide
  }

  /// The source for choosing a weight on a held-out tenth of the training photos.
  public func forTuning() -> SegmentationSource {
    var source = self
    source.photos = photos.forTuning()
    return source
  }

  /// Photos to learn from.
  public var training: SegmentationDataset { photos.training }
  /// Photos to measure with.
  public var test: SegmentationDataset { photos.test }
  /// Where the test photos come from.
  public var measured: MeasuredImages? { photos.measured }
  /// Sets and digests.
  public var reference: DataReference { photos.reference }

  /// mIoU at two sizes and pixel accuracy.
  public var metrics: TableMetrics { .segmentation }
  /// The released segmentation code's normalisation.
  public var evaluationPipeline: EvaluationPipeline { .deepLab }
  /// Measures scaled to the short side and at the photos' own size.
  public var evaluator: any Evaluator {
    SegmentationEvaluator(training: training, test: test, shortSide: size)
  }
  /// Classes with the background.
  public var classCount: Int { SegmentationDataset.classes.count }
  /// Photos to learn from.
  public var trainingCount: Int { training.count }
  /// Photos to measure with.
  public var testCount: Int { test.count }
  /// Pixels of the crops.
  public var imageSize: ImageSize { ImageSize(height: size, width: size) }
  /// Photos have many.
  public var labels: [Int]? { nil }

  /// Augmented crops. A last batch of one photo is left out, because the norm behind the pooled map needs two.
  public func loader(
    batchSize: Int, seed: UInt64, threads: Int, part: BatchPart, asReleased: Bool
  )
    -> any BatchSource
  {
    SegmentationLoader(
      dataset: training, augmentation: .init(baseSize: size, cropSize: size),
      padding: asReleased ? 0 : SegmentationDataset.void,
      configuration: LoaderConfiguration(
        batchSize: batchSize, seed: seed, threads: threads,
        dropsLast: training.count % batchSize == 1, part: part))
  }
}
