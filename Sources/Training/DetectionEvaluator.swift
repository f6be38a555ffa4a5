public import Datasets
public import Detection
public import Evaluation
public import NeuralNet
public import Results
public import TensorCore

/// Average precisions of a detector.
public struct DetectionEvaluator: Evaluator {
  private let training: DetectionDataset
  private let test: DetectionDataset
  private let decoder: DetectionDecoder

  /// Training photos that are measured.
  private static let samplePhotos = 50
  private static let batchSize = 8
  /// Training photos that are looked at more closely.
  private static let probePhotos = 4

  /// Measures on `test` and on the first photos of `training`.
  public init(
    training: DetectionDataset, test: DetectionDataset, decoder: DetectionDecoder = .init()
  ) {
    self.training = training.first(Self.samplePhotos)
    self.test = test
    self.decoder = decoder
  }

  /// Both mean average precisions of VOC and that of COCO, %. Without a single object that counts they are left out.
  public func measure(_ network: any Network, on part: EvaluationPart) throws -> Measures {
    let data = part == .test ? test : training
    let scores = try Self.scores(of: detections(of: network, on: data), on: data)
    var measures: Measures = [:]
    measures[.mapVOC07] = scores.mean(.voc07).map { 100 * $0 }
    measures[.mapArea] = scores.mean(.area).map { 100 * $0 }
    measures[.mapCOCO] = scores.meanCOCO.map { 100 * $0 }
    return measures
  }

  /// The first of the measured training photos.
  public func probeImages(like store: ParameterStore) throws -> [Tensor] {
    let loader = DetectionLoader(
      dataset: training, augments: false,
      configuration: LoaderConfiguration(
        batchSize: min(Self.probePhotos, training.count), seed: 0, threads: 1, shuffles: false))
    return try loader.epoch(0).prefix(1).map { try Tensor.images(try $0.get(), like: store) }
  }

  /// The detections in every photo, the best score first.
  public func detections(of network: any Network, on data: DetectionDataset) throws
    -> [[DetectionDecoder.Detection]]
  {
    let loader = DetectionLoader(
      dataset: data, augments: false,
      configuration: LoaderConfiguration(
        batchSize: Self.batchSize, seed: 0, threads: 1, shuffles: false))
    var all: [[DetectionDecoder.Detection]] = []
    for host in loader.epoch(0) {
      let images = try Tensor.images(try host.get(), like: network.store)
      let (offsets, probabilities) = try withoutGradient {
        () throws(TensorError) -> (Tensor, Tensor) in
        let features = try network.features(of: images, .eval)
        guard let offsets = features.offsets else {
          throw TensorError(
            operation: "detection", code: .refused, message: "the network is no detector")
        }
        return (offsets, try features.logits.logSoftmax().exponential())
      }
      let boxes = try offsets.values(as: Float.self)
      let scores = try probabilities.values(as: Float.self)
      let count = images.shape[0]
      for image in 0..<count {
        let (offsets, probabilities) = (
          boxes[boxes.part(image, of: count)], scores[scores.part(image, of: count)]
        )
        guard offsets.allSatisfy(\.isFinite), probabilities.allSatisfy(\.isFinite) else {
          throw OutputNotFinite(image: all.count, set: data.name)
        }
        all.append(decoder.detections(offsets: offsets, probabilities: probabilities))
      }
    }
    return all
  }

  /// Matches detections with the objects of the photos, in the devkit's pixels.
  public static func scores(
    of detections: [[DetectionDecoder.Detection]], on data: DetectionDataset
  ) throws -> DetectionScores {
    let classes = data.classes.indices
    var truth = classes.map { _ in [[PrecisionRecall.Truth]](repeating: [], count: data.count) }
    var found = classes.map { _ in [PrecisionRecall.Detection]() }
    for (image, sample) in data.samples.enumerated() {
      for object in sample.objects ?? [] {
        truth[object.label][image].append(
          .init(box: try Box(object.pixels), isDifficult: object.isDifficult))
      }
      for detection in detections[image] {
        found[detection.label].append(
          try .init(
            image: image, score: Double(detection.score),
            box: try Box(sample.pixels(of: detection.box))))
      }
    }
    return try DetectionScores(names: data.classes, truth: truth, detections: found)
  }
}

extension [Float] {
  /// The indices of part `index` of `count` equal ones.
  fileprivate func part(_ index: Int, of count: Int) -> Range<Int> {
    let size = self.count / count
    return index * size..<(index + 1) * size
  }
}
