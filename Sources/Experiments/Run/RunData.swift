public import Datasets
import JSON
public import Measuring
public import NeuralNet
public import Results
public import Training

/// What runs learn from and are measured with.
public protocol RunData {
  /// Name and digests.
  var reference: DataReference { get }
  /// What the header of a checkpoint says about the images to measure with; nil where nobody could find them again.
  var measured: MeasuredImages? { get }
  /// What is measured.
  var metrics: TableMetrics { get }
  /// How images are prepared for `evaluator`.
  var evaluationPipeline: EvaluationPipeline { get }
  /// Measures a network.
  var evaluator: any Evaluator { get }
  /// Extent of a network's logits.
  var classCount: Int { get }
  /// The source for choosing a weight: a tenth of what is learnt from is measured with, and the test images take no part.
  func forTuning() -> Self
  /// A few test images with their truth, and how to show what a network makes of them; nil where there is nothing to see.
  func panel() throws -> TablePanel?
  /// What a network that still learns makes of the first test image, for TensorBoard; empty where there is nothing to see.
  func pictures(of network: any Network) throws -> [TensorBoardFile.Picture]
  /// Tells what a finished network, with its teacher, says of the test images one by one; nil where nothing of it is kept.
  var finalEvaluation:
    ((_ checkpoint: ModelCheckpoint, _ teacher: ModelCheckpoint?) throws -> ClassifierEvaluation)?
  { get }
  /// Images to learn from.
  var trainingCount: Int { get }
  /// Images to measure with.
  var testCount: Int { get }
  /// Pixels of the networks' inputs.
  var imageSize: ImageSize { get }
  /// The class of every training image; nil where an image has several.
  var labels: [Int]? { get }
  /// Names of the classes in the order of the labels, where a network's answers are told by them; nil otherwise.
  var classNames: [String]? { get }
  /// A replica's part of the batches to learn from, prepared `asReleased` or as the suite's own recipe has it: in the
  /// released segmentation code pixels beyond a photo are background, not void.
  func loader(batchSize: Int, seed: UInt64, threads: Int, part: BatchPart, asReleased: Bool)
    -> any BatchSource
}

extension RunData {
  /// nil: there is nothing to see unless a source draws it.
  public func panel() throws -> TablePanel? { nil }

  /// None: there is nothing to see unless a source draws it.
  public func pictures(of network: any Network) throws -> [TensorBoardFile.Picture] { [] }

  /// nil: labels are told by their numbers.
  public var classNames: [String]? { nil }

  /// nil: only the results are kept.
  public var finalEvaluation:
    ((_ checkpoint: ModelCheckpoint, _ teacher: ModelCheckpoint?) throws -> ClassifierEvaluation)?
  { nil }

  /// Whole batches to learn from.
  public func loader(batchSize: Int, seed: UInt64, threads: Int) -> any BatchSource {
    loader(
      batchSize: batchSize, seed: seed, threads: threads, part: .whole, asReleased: false)
  }
}

extension TableMetrics {
  /// Results in one line.
  func text(_ measures: Measures) -> String {
    all.compactMap { metric in measures[metric].map { "\(metric.title) \(Float($0)) %" } }
      .joined(separator: ", ")
  }
}

extension Measures {
  /// As JSON.
  var value: JSONValue {
    var members: [String: JSONValue] = [:]
    for (metric, number) in self { members[metric.key] = .number(number) }
    return .object(members)
  }
}
