import Datasets
import Distillation
import Evaluation
public import Foundation
import ModelZoo
import NeuralNet
import Randomness
import TensorCore
public import Training
import UserErrors

/// Times what segmentation adds to the suite beside Python programs, interleaved.
public struct SegmenterBenchmark {
  /// What is measured and with what.
  public struct Request: Sendable {
    /// The devkit.
    public var root: URL
    /// A Python with the packages that the comparison program names; nil measures the suite alone.
    public var python: String?
    /// Backbone of the network that is trained.
    public var backbone: String
    /// Photos of a training step.
    public var batch: Int
    /// Side of their crops in pixels.
    public var size: Int
    /// Measurements of each kind after one to warm up.
    public var repeats: Int

    /// Makes a request.
    public init(
      root: URL, python: String?, backbone: String, batch: Int, size: Int, repeats: Int
    ) {
      self.root = root
      self.python = python
      self.backbone = backbone
      self.batch = batch
      self.size = size
      self.repeats = repeats
    }
  }

  private let request: Request
  private let place: ComputePlace
  private let architecture: Architecture
  private static let photoPart = VOCDevkit.Part(year: 2012, set: "trainval")

  /// Prepares the measurements.
  public init(_ request: Request, place: ComputePlace) throws {
    guard request.repeats > 0, request.batch > 1, (33...1025).contains(request.size) else {
      throw UsageError(
        "the benchmark needs two photos at least of 33 to 1025 pixels, and one measurement")
    }
    guard let backbone = DeepLabV3Plus.Backbone(rawValue: request.backbone) else {
      throw UsageError(
        "there is no backbone \"\(request.backbone)\"; known are "
          + DeepLabV3Plus.Backbone.allCases.map(\.rawValue).joined(separator: ", "))
    }
    architecture = .deepLab(backbone, divisor: 1)
    self.request = request
    self.place = place
  }

  /// The medians and their ratios as text.
  public func run() throws -> String {
    let data = try SegmentationDataset(
      name: "voc", root: request.root, parts: [Self.photoPart], skipsBad: true)
    let year = try VOCDevkit(root: request.root, year: 2012).directory
    let python = try request.python.map {
      try PythonProcess(
        python: $0, script: "segmenter.py",
        arguments: [
          year.path, request.backbone, String(request.batch), String(request.size),
          String(Engine.threads),
        ])
    }
    let works = [
      ComparedWork(
        name: "photos and masks decoded, scaled, cut to 513, blurred", unit: "images/s",
        amount: Double(data.count), own: { try Self.transform(data) },
        others: ComparedWork.others(
          python, "PIL and torchvision", "photos", Double(data.count))),
      try confusion(data, python),
      ComparedWork(
        name: "\(architecture) training step, \(request.size) pixels", unit: "images/s",
        amount: Double(request.batch), own: try trainingStep(),
        others: ComparedWork.others(python, "PyTorch eager", "step", Double(request.batch))),
    ]
    return try ComparedWork.table(works, repeats: request.repeats, device: place.device)
  }

  private static func transform(_ data: SegmentationDataset) throws {
    let loader = SegmentationLoader(
      dataset: data, augmentation: .init(), padding: SegmentationDataset.void,
      configuration: LoaderConfiguration(batchSize: 4, seed: 0, threads: 0))
    for batch in loader.epoch(0) { _ = try batch.get() }
  }

  /// Real masks against themselves moved by some rows, as predictions miss at edges, many times over.
  private func confusion(_ data: SegmentationDataset, _ python: PythonProcess?) throws
    -> ComparedWork
  {
    let masks = try data.samples.prefix(20).compactMap { try $0.decoded().mask?.bytes }
    let predictions = masks.map { mask in
      let moved = Array(mask.dropFirst(4000) + mask.prefix(4000))
      return moved.map { $0 == SegmentationDataset.void ? 0 : $0 }
    }
    let pixels = Double(masks.reduce(0) { $0 + $1.count }) * Double(Self.rounds)
    return ComparedWork(
      name: "confusion matrix of masks", unit: "Gpixel/s", amount: pixels / 1e9,
      own: {
        var matrix = ConfusionMatrix(classCount: SegmentationDataset.classes.count)
        for _ in 0..<Self.rounds {
          for (truth, prediction) in zip(masks, predictions) {
            try matrix.add(truth: truth, prediction: prediction)
          }
        }
      }, others: ComparedWork.others(python, "NumPy bincount", "confusion", pixels / 1e9))
  }

  private static let rounds = 10

  private func trainingStep() throws -> () throws -> Void {
    let store = ParameterStore(seed: 0, device: place.device, layout: place.layout)
    let network = try architecture.makeNetwork(
      classCount: SegmentationDataset.classes.count, store: store)
    let objective = TaskObjective(student: network, task: SegmentationLoss())
    let optimizer = try SGD(trainedParameters(of: objective), .init())
    let (batch, size) = (request.batch, request.size)
    var stream = RandomStream(seed: 0, purpose: .synthesis)
    let images = try Tensor(
      stream.uniforms(count: batch * 3 * size * size), shape: [batch, 3, size, size]
    ).converted(device: place.device, layout: place.layout)
    let labels = try Tensor(
      (0..<batch * size * size).map { Int64($0 / 300 % 21) }, shape: [batch, size, size],
      device: place.device)
    let host = LabelledBatch(images: images, labels: labels)
    return {
      try trainStep(
        objective, optimizer, host, at: StepPosition(epoch: 0, epochs: 1, step: 0),
        learningRate: 1e-5)
      try Engine.synchronize(place.device)
    }
  }
}
