public import Datasets
public import Foundation
public import NeuralNet
public import Results
public import Training

/// The images of a table: CIFAR-100 from a directory, or the embedded synthetic set.
public struct CIFARSource: RunData {
  /// Images to learn from, cut to the budget's fraction.
  public let training: ImageDataset
  /// Images to measure with; always all of them.
  public let test: ImageDataset
  /// Where the test images come from; nil for held-out ones.
  public let measured: MeasuredImages?

  /// Seed of the choice of training images, the same for all runs.
  private static let subsetSeed: UInt64 = 0
  private static let syntheticTraining = 2_560
  private static let syntheticTest = 500

  /// Loads the data of a budget; real ones out of `directory`, or of their default place.
  public init(_ budget: Budget, directory: URL?) throws {
    if budget.isSynthetic {
      let made = try Self.synthetic()
      training = made.dataset(.train)
      test = made.dataset(.test)
      measured = MeasuredImages(made, digest: test.digest)
      return
    }
    let directory = directory ?? DataHome.directory
    training = try CIFAR100.load(.train, from: directory)
      .subset(fraction: budget.trainingFraction(for: .classification), seed: Self.subsetSeed)
    test = try Self.testImages(directory: directory)
    measured = MeasuredImages(
      test, try DatasetManifest.generated(in: CIFAR100.resolve(directory)))
  }

  /// The test images in a directory, or the synthetic ones where there is none.
  static func testImages(directory: URL?) throws -> ImageDataset {
    if let directory { return try CIFAR100.load(.test, from: directory) }
    return try synthetic().dataset(.test)
  }

  static func synthetic() throws -> SyntheticCIFAR100 {
    try SyntheticCIFAR100(trainCount: syntheticTraining, testCount: syntheticTest)
  }

  /// The source for choosing a weight: a tenth of the training images of every class is measured with, the
  /// others are learnt from, and the test images take no part.
  public func forTuning() -> CIFARSource {
    let perClass = max(1, training.count / training.classCount / Self.heldOutShare)
    let split = training.splitHeldOut(perClass: perClass, seed: Self.subsetSeed)
    return CIFARSource(training: split.training, test: split.heldOut)
  }

  /// A source of given images.
  package init(training: ImageDataset, test: ImageDataset) {
    self.training = training
    self.test = test
    measured = nil
  }

  /// One image of so many is held out.
  private static let heldOutShare = 10

  /// Name and digests.
  public var reference: DataReference {
    DataReference(
      id: training.name, hashes: ["train": training.digest, "test": test.digest])
  }
}

extension CIFARSource {
  /// Errors.
  public var metrics: TableMetrics { .classification }
  /// Top-1 and top-5 errors.
  public var evaluator: any Evaluator {
    ClassificationEvaluator(training: training, test: test, pipeline: .cifar100Test)
  }
  /// Classes.
  public var classCount: Int { training.classCount }
  /// Images to learn from.
  public var trainingCount: Int { training.count }
  /// Images to measure with.
  public var testCount: Int { test.count }
  /// Pixels of an image.
  public var imageSize: ImageSize { ImageSize(height: training.height, width: training.width) }

  /// The class of every training image.
  public var labels: [Int]? { (0..<training.count).map(training.label) }

  /// Augmented images with their classes.
  public func loader(
    batchSize: Int, seed: UInt64, threads: Int, part: BatchPart, paddingCounts: Bool
  )
    -> any BatchSource
  {
    BatchLoader(
      dataset: training, pipeline: .cifar100Train,
      configuration: LoaderConfiguration(
        batchSize: batchSize, seed: seed, threads: threads, part: part))
  }
}
