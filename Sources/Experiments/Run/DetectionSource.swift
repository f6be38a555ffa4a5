public import Datasets
import Detection
public import Foundation
public import Measuring
public import NeuralNet
public import Results
public import Training

/// Photos with annotated boxes of a devkit.
public struct DetectionSource: RunData {
  private var photos: PhotoPair<DetectionDataset>

  /// Reads annotations and headers; a budget's synthetic photos are written under `runs`.
  public init(_ request: PhotoRequest, _ extent: TableRecipe.Extent, runs: URL) throws {
    let place = try request.place(extent.synthetic, runs: runs)
    func read(_ parts: [VOCDevkit.Part]) throws -> DetectionDataset {
      let sets = PhotoRequest.text(parts)
      return try DetectionDataset(
        name: place.isSynthetic ? "voc-synthetic \(sets)" : "voc \(sets)", root: place.root,
        parts: parts, skipsBad: request.skipsBad, rehash: request.rehash, report: request.report)
    }
    photos = try PhotoPair(
      training: try read(place.training), test: try read(place.test), request, place)
  }

  /// The source for choosing a weight on a held-out tenth of the training photos.
  public func forTuning() -> DetectionSource {
    var source = self
    source.photos = photos.forTuning()
    return source
  }

  /// Photos to learn from.
  public var training: DetectionDataset { photos.training }
  /// Photos to measure with.
  public var test: DetectionDataset { photos.test }
  /// Where the test photos come from.
  public var measured: MeasuredImages? { photos.measured }
  /// Sets and digests.
  public var reference: DataReference { photos.reference }

  /// mAP by both rules of VOC and that of COCO.
  public var metrics: TableMetrics { .detection }
  /// SSD's input size, ImageNet's normalisation.
  public var evaluationPipeline: EvaluationPipeline { .ssd300 }
  /// Measures on all test photos.
  public var evaluator: any Evaluator { DetectionEvaluator(training: training, test: test) }
  /// Classes and the background.
  public var classCount: Int { training.classes.count + 1 }
  /// Photos to learn from.
  public var trainingCount: Int { training.count }
  /// Photos to measure with.
  public var testCount: Int { test.count }
  /// Pixels of the networks' inputs.
  public var imageSize: ImageSize {
    ImageSize(height: DefaultBoxes.imageSide, width: DefaultBoxes.imageSide)
  }
  /// Photos have several.
  public var labels: [Int]? { nil }

  /// Augmented photos with their targets.
  public func loader(
    batchSize: Int, seed: UInt64, threads: Int, part: BatchPart, asReleased: Bool
  )
    -> any BatchSource
  {
    DetectionLoader(
      dataset: training, augments: true,
      configuration: LoaderConfiguration(
        batchSize: batchSize, seed: seed, threads: threads, part: part))
  }
}
