public import Results
public import Training
public import Datasets
public import NeuralNet

/// What runs learn from and are measured with.
public protocol RunData {
  /// Name and digests.
  var reference: DataReference { get }
  /// What is measured.
  var metrics: TableMetrics { get }
  /// Measures a network.
  var evaluator: any Evaluator { get }
  /// Extent of a network's logits.
  var classCount: Int { get }
  /// Images to learn from.
  var trainingCount: Int { get }
  /// Images to measure with.
  var testCount: Int { get }
  /// Pixels of the networks' inputs.
  var imageSize: ImageSize { get }
  /// The class of every training image; nil where an image has several.
  var labels: [Int]? { get }
  /// A replica's part of the batches to learn from; where `paddingCounts`, pixels beyond a photo are background of a
  /// segmentation, not void.
  func loader(batchSize: Int, seed: UInt64, threads: Int, part: BatchPart, paddingCounts: Bool)
    -> any BatchSource
}

extension RunData {
  /// Whole batches to learn from.
  public func loader(batchSize: Int, seed: UInt64, threads: Int) -> any BatchSource {
    loader(
      batchSize: batchSize, seed: seed, threads: threads, part: .whole, paddingCounts: false)
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
