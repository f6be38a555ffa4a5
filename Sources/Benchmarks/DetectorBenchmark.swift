import Datasets
import Detection
import Distillation
import Evaluation
import DurableFiles
public import Foundation
import Measuring
import ModelZoo
import NeuralNet
import Randomness
import Results
import TensorCore
public import Training
import UserErrors

/// Times what detection adds to the suite beside Python programs, interleaved.
public struct DetectorBenchmark {
  /// What is measured and with what.
  public struct Request: Sendable {
    /// The devkit.
    public var root: URL
    /// Result files of VOC2007 test; nil leaves their evaluation out.
    public var detections: URL?
    /// A Python with the packages that the comparison programs name; nil measures the suite alone.
    public var python: String?
    /// Images of a training step.
    public var batch: Int
    /// Measurements of each kind after one to warm up.
    public var repeats: Int

    /// Makes a request.
    public init(root: URL, detections: URL?, python: String?, batch: Int, repeats: Int) {
      self.root = root
      self.detections = detections
      self.python = python
      self.batch = batch
      self.repeats = repeats
    }
  }

  private let request: Request
  private let place: ComputePlace
  private static let photoPart = VOCDevkit.Part(year: 2012, set: "Segmentation/trainval")

  /// Prepares the measurements.
  public init(_ request: Request, place: ComputePlace) throws {
    guard request.repeats > 0, request.batch > 0 else {
      throw UsageError("the benchmark needs at least one image and one measurement")
    }
    self.request = request
    self.place = place
  }

  /// The medians and their ratios as text.
  public func run() throws -> String {
    try ComparedWork.table(subjects(), repeats: request.repeats, device: place.device)
  }

  private func subjects() throws -> [ComparedWork] {
    let year = try VOCDevkit(root: request.root, year: 2012).directory
    let python = try request.python.map {
      try PythonProcess(
        python: $0, script: "detector.py",
        arguments: [year.path, String(request.batch), String(Engine.threads)])
    }
    let data = try DetectionDataset(
      name: "voc", root: request.root, parts: [Self.photoPart], skipsBad: true)
    let files = try FileError.names(in: year.appendingPathComponent("JPEGImages"))
      .count { $0.hasSuffix(".jpg") }
    let step = try trainingStep()
    return [
      ComparedWork(
        name: "photos decoded and augmented", unit: "images/s", amount: Double(data.count),
        own: {
          let loader = DetectionLoader(
            dataset: data, augments: true,
            configuration: LoaderConfiguration(batchSize: 8, seed: 0, threads: 0))
          for batch in loader.epoch(0) { _ = try batch.get() }
        }, others: ComparedWork.others(python, "PIL and torchvision", "photos", Double(files))),
      ComparedWork(
        name: "suppression, 8732 boxes, 20 classes", unit: "images/s", amount: 1,
        own: Self.suppression(), others: ComparedWork.others(python, "NumPy", "suppression", 1)),
      ComparedWork(
        name: "ssd300-vgg16 training step", unit: "images/s", amount: Double(request.batch),
        own: step,
        others: ComparedWork.others(python, "PyTorch eager", "step", Double(request.batch))),
    ] + (try evaluations())
  }

  /// Greedy suppression of random boxes, the same for every turn.
  private static func suppression() -> () throws -> Void {
    var stream = RandomStream(seed: 0, purpose: .synthesis)
    let count = DefaultBoxes.ssd300.anchors.count
    let boxes = (0..<count).map { _ in
      FractionBox(
        centreX: stream.uniform(), centreY: stream.uniform(),
        width: 0.05 + 0.3 * stream.uniform(), height: 0.05 + 0.3 * stream.uniform())
    }
    let scores = (0..<20).map { _ in stream.uniforms(count: count) }
    return {
      for scores in scores {
        _ = Suppression.kept(boxes: boxes, scores: scores, overlap: 0.45, limit: 200)
      }
    }
  }

  private func trainingStep() throws -> () throws -> Void {
    let store = ParameterStore(seed: 0, device: place.device, layout: place.layout)
    let network = try Architecture("ssd300-vgg16").makeNetwork(classCount: 21, store: store)
    let objective = TaskObjective(student: network, task: MultiBoxLoss())
    let optimizer = try SGD(trainedParameters(of: objective), .init(nesterov: false))
    let (batch, boxes) = (request.batch, DefaultBoxes.ssd300.anchors.count)
    var stream = RandomStream(seed: 0, purpose: .synthesis)
    let images = try Tensor(
      stream.uniforms(count: batch * 3 * 300 * 300), shape: [batch, 3, 300, 300]
    ).converted(device: place.device, layout: place.layout)
    let labels = try Tensor(
      (0..<batch * boxes).map { Int64($0 % boxes % 500 == 0 ? 7 : 0) }, shape: [batch, boxes],
      device: place.device)
    let offsets = try Tensor.full(0, shape: [batch, boxes, 4], device: place.device)
    let host = LabelledBatch(images: images, labels: labels, offsets: offsets)
    return {
      try trainStep(
        objective, optimizer, host, at: StepPosition(epoch: 0, epochs: 1, step: 0),
        learningRate: 1e-5)
      try Engine.synchronize(place.device)
    }
  }

  /// Reading and matching of result files, against both Python programs.
  private func evaluations() throws -> [ComparedWork] {
    guard let detections = request.detections else { return [] }
    let year = try VOCDevkit(root: request.root, year: 2007).directory
    let python = try request.python.map {
      try PythonProcess(
        python: $0, script: "detections.py", arguments: [year.path, "test", detections.path])
    }
    let root = request.root
    let files = try ResultFiles(
      .init(detections: detections, root: root, year: 2007, set: "test"))
    let others = ["voc": "Python, VOC rule", "coco": "pycocotools"].sorted { $0.key > $1.key }
    return [
      ComparedWork(
        name: "VOC2007 test evaluated from files, both rules", unit: "runs/s", amount: 1,
        own: {
          _ = try DetectionEvaluationJob(
            detections: detections, root: root, year: 2007, set: "test", rule: .voc07,
            allowsMissing: false)
        },
        others: python.map { python in
          others.map { word, name in (name, { try python.ask(word) }, 1) }
        } ?? []),
      ComparedWork(
        name: "the same in memory, voc07 alone", unit: "runs/s", amount: 1,
        own: { _ = try files.mean(.voc07) },
        others: python.map { python in
          [("Python, VOC rule", { try python.ask("match") }, 1)]
        } ?? []),
    ]
  }
}
