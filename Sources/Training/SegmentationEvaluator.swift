public import Datasets
public import Evaluation
public import NeuralNet
public import Results
public import TensorCore

/// Mean intersection over union of a segmentation at two sizes: scaled to a short side, masks as well, as the released code
/// measures, and as large as the photos are.
public struct SegmentationEvaluator: Evaluator {
  private let training: SegmentationDataset
  private let test: SegmentationDataset
  private let shortSide: Int

  /// Pixels of the short side in the paper's recipe.
  public static let paperShortSide = 513

  /// Training photos that are measured.
  private static let samplePhotos = 50
  /// Training photos that are looked at more closely.
  private static let probePhotos = 4

  /// Measures on `test` and on the first photos of `training`; `shortSide` in pixels.
  public init(training: SegmentationDataset, test: SegmentationDataset, shortSide: Int) {
    self.training = training.first(Self.samplePhotos)
    self.test = test
    self.shortSide = shortSide
  }

  /// Both means over 21 classes and the share of right pixels at native size, %; of training photos the first alone.
  public func measure(_ network: any Network, on part: EvaluationPart) throws -> Measures {
    let data = part == .test ? test : training
    let scaled = try Self.matrix(of: network, on: data, shortSide: shortSide)
    var measures: Measures = [:]
    measures[.miouScaled] = scaled.meanOverlap.map { 100 * $0 }
    guard part == .test else { return measures }
    let native = try Self.matrix(of: network, on: data, shortSide: nil)
    measures[.miouNative] = native.meanOverlap.map { 100 * $0 }
    measures[.pixelAccuracy] = native.pixelAccuracy.map { 100 * $0 }
    return measures
  }

  /// The mean at the scaled size.
  public func constantPredictor() throws -> Measures {
    var matrix = ConfusionMatrix(classCount: SegmentationDataset.classes.count)
    for batch in SegmentationLoader(dataset: test, shortSide: shortSide).epoch(0) {
      let labels = try batch.get().labels
      try matrix.add(truth: labels, prediction: [UInt8](repeating: 0, count: labels.count))
    }
    var measures: Measures = [:]
    measures[.miouScaled] = matrix.constantMeanOverlap.map { 100 * $0 }
    return measures
  }

  /// The first of the measured training photos, scaled; each by itself.
  public func probeImages(like store: ParameterStore) throws -> [Tensor] {
    try SegmentationLoader(dataset: training, shortSide: shortSide).epoch(0)
      .prefix(Self.probePhotos).map { try Tensor.images(try $0.get(), like: store) }
  }

  /// The pixels of a data set at a size; nil is the photos' own.
  public static func matrix(
    of network: any Network, on data: SegmentationDataset, shortSide: Int?
  ) throws -> ConfusionMatrix {
    var matrix = ConfusionMatrix(classCount: SegmentationDataset.classes.count)
    try predict(network, on: data, shortSide: shortSide) { batch, prediction in
      do throws(EvaluationError) {
        try matrix.add(truth: batch.labels, prediction: prediction)
      } catch {
        throw DatasetError("\(data.samples[batch.indices[0]].id): \(error)")
      }
    }
    return matrix
  }

  /// Hands every photo with the class of each of its pixels to `body`, in file order.
  public static func predict(
    _ network: any Network, on data: SegmentationDataset, shortSide: Int?,
    _ body: (SegmentationBatch, [UInt8]) throws -> Void
  ) throws {
    for host in SegmentationLoader(dataset: data, shortSide: shortSide).epoch(0) {
      let batch = try host.get()
      let images = try Tensor.images(batch, like: network.store)
      let (classes, isFinite) = try withoutGradient { () throws(TensorError) -> ([UInt8], Bool) in
        let logits = try network.logits(of: images, .eval)
        // A sum is finite only where all its terms are.
        return (
          try logits.largestPosition(axis: 1).values(as: UInt8.self),
          try logits.sum().scalar().isFinite
        )
      }
      guard isFinite else { throw OutputNotFinite(image: batch.indices[0], set: data.name) }
      try body(batch, classes)
    }
  }
}
