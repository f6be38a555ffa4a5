public import Datasets
import Foundation
public import Images
public import NeuralNet
public import Results
public import TensorCore

/// Top-1 and top-5 errors of a classifier on photos: the square in the middle of each.
public struct ClassPhotoEvaluator: Evaluator {
  private let training: ClassPhotos
  private let test: ClassPhotos
  private let crop: CentreCrop

  /// Side of ImageNet's squares, pixels.
  public static let paperSide = 224

  /// Training photos that are measured.
  private static let samplePhotos = 2000
  private static let batchSize = 50
  /// Training photos that are looked at more closely.
  private static let probePhotos = 32
  /// Threads that decode: the photos cost more than a small network's pass.
  private static let threads = max(1, min(8, ProcessInfo.processInfo.activeProcessorCount))

  /// Measures on `test` and on a part of `training`, at `side` pixels.
  public init(training: ClassPhotos, test: ClassPhotos, side: Int) {
    self.training = training.sample(Self.samplePhotos)
    self.test = test
    crop = CentreCrop(side: side)
  }

  /// Both errors.
  public func measure(_ network: any Network, on part: EvaluationPart) throws -> Measures {
    try Self.errors(of: network, on: part == .test ? test : training, crop: crop)
  }

  /// Both errors.
  public func constantPredictor() -> Measures {
    constantErrors((0..<test.count).map { test.label($0) })
  }

  /// The first of the measured training photos.
  public func probeImages(like store: ParameterStore) throws -> [Tensor] {
    let loader = ClassPhotoLoader(
      dataset: training, view: .centre(crop),
      configuration: LoaderConfiguration(
        batchSize: min(Self.probePhotos, training.count), seed: 0, threads: 1, shuffles: false))
    return try loader.epoch(0).prefix(1).map { try Tensor.images(try $0.get(), like: store) }
  }

  /// The logits [classes] of one square.
  public static func logits(of network: any Network, for shown: Raster) throws -> [Float] {
    let batch = ImageBatch(shown)
    return try withoutGradient { () throws(TensorError) in
      try network.logits(of: try Tensor.images(batch, like: network.store), .eval)
        .values(as: Float.self)
    }
  }

  /// Both errors on `data`; `visit` gets every batch with its logits [N, classes].
  public static func errors(
    of network: any Network, on data: ClassPhotos, crop: CentreCrop,
    visit: (ImageBatch, [Float]) throws -> Void = { _, _ in }
  ) throws -> Measures {
    let loader = ClassPhotoLoader(
      dataset: data, view: .centre(crop),
      configuration: LoaderConfiguration(
        batchSize: batchSize, seed: 0, threads: threads, shuffles: false))
    return try classificationErrors(
      of: network, on: data.name, batches: loader.epoch(0), visit: visit)
  }
}
