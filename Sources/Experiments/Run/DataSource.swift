public import Datasets
public import Foundation

/// The images of a table: CIFAR-100 from a directory, or the embedded synthetic set.
public struct DataSource: Sendable {
  /// Images to learn from, cut to the budget's fraction.
  public let training: ImageDataset
  /// Images to measure with; always all of them.
  public let test: ImageDataset

  /// Seed of the choice of training images, the same for all runs.
  private static let subsetSeed: UInt64 = 0
  private static let syntheticTraining = 2_560
  private static let syntheticTest = 500

  /// Loads the data of a budget; `directory` is needed for real ones.
  public init(_ budget: Budget, directory: URL?) throws {
    if budget.isSynthetic {
      training = try Self.synthetic().dataset(.train)
      test = try Self.testImages(directory: nil)
      return
    }
    guard let directory else {
      throw UsageError("budget \(budget.rawValue) needs --data DIR with the CIFAR-100 binary files")
    }
    training = try CIFAR100.load(.train, from: directory)
      .subset(fraction: budget.trainingFraction, seed: Self.subsetSeed)
    test = try Self.testImages(directory: directory)
  }

  /// The test images in a directory, or the synthetic ones where there is none.
  static func testImages(directory: URL?) throws -> ImageDataset {
    if let directory { return try CIFAR100.load(.test, from: directory) }
    return try synthetic().dataset(.test)
  }

  private static func synthetic() throws -> SyntheticCIFAR100 {
    try SyntheticCIFAR100(trainCount: syntheticTraining, testCount: syntheticTest)
  }

  /// The source for choosing a weight: a tenth of the training images of every class is measured with, the
  /// others are learnt from, and the test images take no part.
  public func forTuning() -> DataSource {
    let perClass = max(1, training.count / training.classCount / Self.heldOutShare)
    let split = training.splitHeldOut(perClass: perClass, seed: Self.subsetSeed)
    return DataSource(training: split.training, test: split.heldOut)
  }

  /// A source of given images.
  package init(training: ImageDataset, test: ImageDataset) {
    self.training = training
    self.test = test
  }

  /// One image of so many is held out.
  private static let heldOutShare = 10

  /// Name and digests.
  public var reference: DataReference {
    DataReference(
      id: training.name, hashes: ["train": training.digest, "test": test.digest])
  }
}
