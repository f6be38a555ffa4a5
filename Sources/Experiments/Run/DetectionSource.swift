public import Datasets
import Detection
public import Foundation
public import NeuralNet
public import Results
public import Training

/// Which photos a table of detection takes.
public struct DetectionRequest: Sendable {
  /// The devkit; nil where the budget's are synthetic.
  public var root: URL?
  /// Sets to learn from.
  public var training: [DetectionDataset.Part]
  /// Sets to measure with.
  public var test: [DetectionDataset.Part]
  /// Whether bad and missing photos are left out.
  public var skipsBad: Bool

  /// The paper's sets.
  static let paperTraining = "2007:trainval,2012:trainval"
  static let paperTest = "2007:test"

  /// Reads lists of `YEAR:SET`, separated by commas; nil is the paper's.
  public init(root: String?, training: String?, test: String?, skipsBad: Bool) throws {
    self.root = root.map { URL(fileURLWithPath: $0) }
    self.training = try Self.parts(training ?? Self.paperTraining)
    self.test = try Self.parts(test ?? Self.paperTest)
    self.skipsBad = skipsBad
  }

  private static func parts(_ text: String) throws(UsageError) -> [DetectionDataset.Part] {
    var parts: [DetectionDataset.Part] = []
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      let words = item.split(separator: ":", omittingEmptySubsequences: false)
      guard words.count == 2, let year = Int(words[0]), !words[1].isEmpty else {
        throw UsageError("\"\(item)\" names no set; write YEAR:SET, such as 2007:test")
      }
      parts.append(.init(year: year, set: String(words[1])))
    }
    return parts
  }

  static func text(_ parts: [DetectionDataset.Part]) -> String {
    parts.map { "\($0.year):\($0.set)" }.joined(separator: ",")
  }
}

/// The photos of table 4.
public struct DetectionSource: RunData {
  /// Photos to learn from.
  public private(set) var training: DetectionDataset
  /// Photos to measure with.
  public private(set) var test: DetectionDataset
  private let request: DetectionRequest
  /// Whether the test photos are a held-out part of the training ones.
  private var isForTuning = false

  private static let smokePhotos = (training: 24, test: 8)

  /// Reads annotations and headers; the synthetic devkit of the smoke budget is written under `runs`.
  public init(_ request: DetectionRequest, _ budget: Budget, runs: URL) throws {
    var request = request
    if budget.isSynthetic {
      let root = runs.appendingPathComponent("synthetic-voc")
      try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
      try SyntheticVOC(
        trainCount: Self.smokePhotos.training, testCount: Self.smokePhotos.test
      ).write(to: root)
      request.root = root
    }
    guard let root = request.root else {
      throw UsageError("budget \(budget.rawValue) needs --data DIR with a VOCdevkit")
    }
    let isSynthetic = SyntheticVOC.wrote(root)
    func read(_ parts: [DetectionDataset.Part]) throws -> DetectionDataset {
      let place = DetectionRequest.text(parts)
      return try DetectionDataset(
        name: isSynthetic ? "voc-synthetic \(place)" : "voc \(place)", root: root, parts: parts,
        skipsBad: request.skipsBad)
    }
    training = try read(request.training)
    test = try read(request.test)
    self.request = request
  }

  /// The source for choosing a weight: a tenth of the training photos is measured with, the others are learnt from, and
  /// the test photos take no part. A single photo is both.
  public func forTuning() -> DetectionSource {
    guard training.count > 1 else { return self }
    let split = training.splitHeldOut(oneOf: Self.heldOutShare, seed: 0)
    var source = self
    source.training = split.training
    source.test = split.heldOut
    source.isForTuning = true
    return source
  }

  private static let heldOutShare = 10

  /// Photos that were left out, each with the reason.
  public var leftOut: [String] { training.leftOut + test.leftOut }

  /// Sets and digests.
  public var reference: DataReference {
    var reference = DataReference(
      id: training.name
        + (isForTuning
          ? ", a held-out tenth of them" : ", test \(DetectionRequest.text(request.test))"),
      hashes: ["train": training.digest, "test": test.digest])
    guard !isForTuning else { return reference }
    for (data, parts, paper, use) in [
      (training, request.training, DetectionRequest.paperTraining, "learn from"),
      (test, request.test, DetectionRequest.paperTest, "measure with"),
    ] {
      let sets = DetectionRequest.text(parts)
      let instead = sets == paper ? "" : " instead of \(paper)"
      if !instead.isEmpty || !data.leftOut.isEmpty || training.name.hasPrefix("voc-synthetic") {
        reference.deviations.append(
          "\(data.count) photos of \(sets)\(instead) to \(use), \(data.leftOut.count) left out")
      }
    }
    return reference
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
  public func loader(batchSize: Int, seed: UInt64, threads: Int, part: BatchPart)
    -> any BatchSource
  {
    DetectionLoader(
      dataset: training, augments: true,
      configuration: LoaderConfiguration(
        batchSize: batchSize, seed: seed, threads: threads, part: part))
  }
}
