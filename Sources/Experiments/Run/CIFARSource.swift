public import Datasets
public import Foundation
public import Measuring
public import NeuralNet
public import Results
public import Training
import UserErrors

/// The images of a table: CIFAR-100 from a directory, or the embedded synthetic set.
public struct CIFARSource: RunData {
  /// Images to learn from: the budget's part of them, at its side.
  public let training: ImageDataset
  /// Images to measure with; always all of them.
  public let test: ImageDataset
  /// Where the test images come from; nil for held-out ones.
  public let measured: MeasuredImages?

  /// Seed of the choice of training images, the same for all runs.
  private static let subsetSeed: UInt64 = 0

  /// Loads the data of a budget; real ones, of which a part of every class may be learnt from, out of `directory` or of
  /// their default place. Where the extent chooses a side, they are averaged to it.
  public init(_ budget: Budget, _ extent: TableRecipe.Extent, directory: URL?) throws {
    func sized(_ images: ImageDataset) throws -> ImageDataset {
      try extent.imageSize.map { try images.averaged(toSide: $0) } ?? images
    }
    func part(_ images: ImageDataset) throws -> ImageDataset {
      try sized(images.subset(fraction: extent.trainingFraction, seed: Self.subsetSeed))
    }
    if budget.isSynthetic {
      let synthetic = try SyntheticCIFAR100.ofSmokeBudget()
      training = try part(synthetic.dataset(.train))
      test = try sized(synthetic.dataset(.test))
      measured = MeasuredImages(synthetic, digest: test.digest)
      return
    }
    let directory = directory ?? DataHome.directory
    training = try part(CIFAR100.load(.train, from: directory))
    test = try sized(CIFAR100.load(.test, from: directory))
    measured = MeasuredImages(
      test, try DatasetManifest.generated(in: CIFAR100.resolve(directory)))
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
    var reference = DataReference(
      id: training.name, hashes: ["train": training.digest, "test": test.digest])
    reference.isSynthetic = [training, test].contains { $0.name == SyntheticCIFAR100.id }
    let known = [CIFAR100.id, SyntheticCIFAR100.id]
    if let other = [training, test].first(where: { !known.contains($0.name) }) {
      reference.deviations = ["images of \(other.name) instead of CIFAR-100"]
    }
    return reference
  }
}

extension CIFARSource {
  /// Top-1 and top-5 error.
  public var metrics: TableMetrics { .classification }
  /// The OFD code's normalisation, without augmentation.
  public var evaluationPipeline: EvaluationPipeline { .cifar100 }
  /// Measures on all test images.
  public var evaluator: any Evaluator {
    ClassificationEvaluator(training: training, test: test, pipeline: .cifar100Test)
  }
  /// Choices, calibration, agreement with the teacher and errors on worse images.
  public var finalEvaluation:
    ((_ checkpoint: ModelCheckpoint, _ teacher: ModelCheckpoint?) throws -> ClassifierEvaluation)?
  {
    {
      try ClassifierEvaluation(of: $0, teacher: $1, on: test, pipeline: .cifar100Test)
    }
  }

  /// Extent of the logits.
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
    batchSize: Int, seed: UInt64, threads: Int, part: BatchPart, asReleased: Bool
  )
    -> any BatchSource
  {
    BatchLoader(
      dataset: training, pipeline: .cifar100Train(side: training.height),
      configuration: LoaderConfiguration(
        batchSize: batchSize, seed: seed, threads: threads, part: part))
  }
}
