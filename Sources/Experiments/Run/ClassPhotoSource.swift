public import Datasets
import Foundation
public import Measuring
public import NeuralNet
public import Results
public import Training

/// Photos of classes: ImageNet, or any class folders.
public struct ClassPhotoSource: RunData {
  /// Photos to learn from.
  public private(set) var training: ClassPhotos
  /// Photos to measure with.
  public private(set) var test: ClassPhotos
  /// Where the test photos come from; nil for held-out ones.
  public private(set) var measured: MeasuredImages?
  private let side: Int
  private let isSynthetic: Bool

  private static let (trainingSet, testSet) = ("train", "val")
  private static let subsetSeed: UInt64 = 0
  /// One photo of so many is held out where a weight is chosen.
  private static let heldOutShare = 10

  /// Photos of the smoke budget.
  private static func synthetic() throws -> SyntheticClassPhotos {
    try SyntheticClassPhotos(trainCount: 192, testCount: 64, classCount: 8)
  }

  /// Finds the photos of a budget and takes what `extent` says of them; synthetic ones are written under `runs`.
  init(_ request: DataRequest, _ budget: Budget, _ extent: TableRecipe.Extent, runs: URL) throws {
    side = extent.imageSize ?? ClassPhotoEvaluator.paperSide
    let root: URL
    if budget.isSynthetic {
      root = runs.appendingPathComponent("synthetic-photos")
      try Self.synthetic().write(to: root)
    } else {
      root =
        request.root.map { URL(fileURLWithPath: $0) }
        ?? DataHome.directory.appendingPathComponent(PhotoFolder.folderName)
    }
    var folder = PhotoFolder(root, rehashes: request.rehashes)
    folder.progress = request.reading
    if budget.isSynthetic { folder.cache = nil }
    var training = try folder.photos(Self.trainingSet)
    var test = try folder.photos(Self.testSet, classes: training.classes)
    if request.skipsBad {
      training = try training.withoutBadPhotos(report: request.report)
      test = try test.withoutBadPhotos(report: request.report)
    }
    self.training = training.subset(fraction: extent.trainingFraction, seed: Self.subsetSeed)
    self.test = test
    let made = SyntheticClassPhotos.generator(of: root)
    isSynthetic = made != nil
    measured = MeasuredImages(test, set: Self.testSet, made: made)
  }

  /// The source for choosing a weight on a held-out tenth of the training photos of every class.
  public func forTuning() -> ClassPhotoSource {
    var source = self
    (source.training, source.test) = training.splitHeldOut(
      oneOf: Self.heldOutShare, seed: Self.subsetSeed)
    source.measured = nil
    return source
  }

  /// Name and digests.
  public var reference: DataReference {
    var reference = DataReference(
      id: measured == nil
        ? "\(training.name), a held-out part" : "\(training.name), test \(test.name)",
      hashes: ["train": training.digest, "test": test.digest])
    reference.isSynthetic = isSynthetic
    let own = [training.count, test.count, classCount]
    guard measured != nil, own != ImageNet.counts else { return reference }
    reference.deviations = [
      "\(own[0]) photos of \(own[2]) classes to learn from and \(own[1]) to measure with instead of ImageNet's "
        + "\(ImageNet.counts[0]) of \(ImageNet.counts[2]) and \(ImageNet.counts[1])"
        + (training.leftOut.isEmpty && test.leftOut.isEmpty
          ? "" : ", \(training.leftOut.count + test.leftOut.count) left out")
    ]
    return reference
  }

  /// Top-1 and top-5 error.
  public var metrics: TableMetrics { .classification }
  /// The square in the middle, ImageNet's normalisation.
  public var evaluationPipeline: EvaluationPipeline { .imageNet }
  /// Measures on all test photos.
  public var evaluator: any Evaluator {
    ClassPhotoEvaluator(training: training, test: test, side: side)
  }
  /// Extent of the logits.
  public var classCount: Int { training.classes.count }
  /// Ids of the classes, with words for people where they are known.
  public var classNames: [String]? { (0..<classCount).map(training.classes.name) }
  /// Photos to learn from.
  public var trainingCount: Int { training.count }
  /// Photos to measure with.
  public var testCount: Int { test.count }
  /// Pixels of the networks' inputs.
  public var imageSize: ImageSize { ImageSize(height: side, width: side) }
  /// The class of every training photo.
  public var labels: [Int]? { (0..<training.count).map(training.label) }

  /// Augmented photos with their classes. JPEGs are not scaled while they are decoded where they are prepared as released.
  public func loader(
    batchSize: Int, seed: UInt64, threads: Int, part: BatchPart, asReleased: Bool
  )
    -> any BatchSource
  {
    ClassPhotoLoader(
      dataset: training,
      view: .augmented(RandomResizedCrop(side: side, decodesScaled: !asReleased)),
      configuration: LoaderConfiguration(
        batchSize: batchSize, seed: seed, threads: threads,
        // The norms behind the smallest maps need two images.
        dropsLast: training.count % batchSize == 1, part: part))
  }
}

/// ILSVRC 2012.
enum ImageNet {
  /// Photos to learn from, photos to measure with, classes.
  static let counts = [1_281_167, 50_000, 1000]
}
