public import Datasets
import Detection
public import Foundation
public import NeuralNet
public import Results
public import Training

/// The photos of table 4.
public struct DetectionSource: PhotoData {
  /// Photos to learn from.
  public private(set) var training: DetectionDataset
  /// Photos to measure with.
  public private(set) var test: DetectionDataset
  private let request: PhotoRequest
  private let place: PhotoRequest.Place
  /// Whether the test photos are a held-out part of the training ones.
  private var isForTuning = false

  /// Reads annotations and headers; the synthetic devkit of the smoke budget is written under `runs`.
  public init(_ request: PhotoRequest, _ budget: Budget, runs: URL) throws {
    let place = try request.place(budget, runs: runs)
    func read(_ parts: [VOCDevkit.Part]) throws -> DetectionDataset {
      let sets = PhotoRequest.text(parts)
      return try DetectionDataset(
        name: place.isSynthetic ? "voc-synthetic \(sets)" : "voc \(sets)", root: place.root,
        parts: parts, skipsBad: request.skipsBad)
    }
    training = try read(place.training)
    test = try read(place.test)
    self.request = request
    self.place = place
  }

  /// The source for choosing a weight: a tenth of the training photos is measured with, the others are learnt from, and
  /// the test photos take no part. A single photo is both.
  public func forTuning() -> DetectionSource {
    guard training.count > 1 else { return self }
    let split = training.splitHeldOut(oneOf: DataReference.heldOutShare, seed: 0)
    var source = self
    source.training = split.training
    source.test = split.heldOut
    source.isForTuning = true
    return source
  }

  /// Photos that were left out, each with the reason.
  public var leftOut: [String] { training.leftOut + test.leftOut }

  /// Sets and digests.
  public var reference: DataReference {
    DataReference(
      photos: (training.name, training.digest, training.count, training.leftOut.count),
      test: (test.digest, test.count, test.leftOut.count), request, place,
      isForTuning: isForTuning)
  }

  /// Average precisions.
  public var metrics: TableMetrics { .detection }
  /// Average precisions.
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
    batchSize: Int, seed: UInt64, threads: Int, part: BatchPart, paddingCounts: Bool
  )
    -> any BatchSource
  {
    DetectionLoader(
      dataset: training, augments: true,
      configuration: LoaderConfiguration(
        batchSize: batchSize, seed: seed, threads: threads, part: part))
  }
}
