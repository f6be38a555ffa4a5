import Datasets
import Detection
import Distillation
import Evaluation
public import Foundation
import ModelZoo
import NeuralNet
import Randomness
import Results
import TensorCore
import Training

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

  /// One row: the same work in the suite and elsewhere.
  private struct Subject {
    let name: String
    /// What seconds are turned into.
    let unit: String
    let amount: Double
    let own: () throws -> Void
    let others: [(name: String, seconds: () throws -> Double, amount: Double)]
  }

  private let request: Request
  private let options: RunOptions
  private static let photoPart = VOCDevkit.Part(year: 2012, set: "Segmentation/trainval")

  /// Prepares the measurements.
  public init(_ request: Request, options: RunOptions) throws {
    guard request.repeats > 0, request.batch > 0 else {
      throw UsageError("the benchmark needs at least one image and one measurement")
    }
    self.request = request
    self.options = options
  }

  /// The medians and their ratios as text.
  public func run() throws -> String {
    var table = TextTable(["work", "by", "median s", "lowest s", "rate", "suite is faster by"])
    for subject in try subjects() {
      var own: [Double] = []
      var others = subject.others.map { _ in [Double]() }
      for turn in 0...request.repeats {
        let start = ContinuousClock.now
        try subject.own()
        let seconds = start.duration(to: .now).seconds
        if turn > 0 { own.append(seconds) }
        for (index, other) in subject.others.enumerated() {
          let seconds = try other.seconds()
          if turn > 0 { others[index].append(seconds) }
        }
      }
      func add(_ name: String, _ seconds: [Double], _ amount: Double, ratio: Double?) {
        let median = seconds.sorted()[seconds.count / 2]
        table.add([
          subject.name, name, String(format: "%.4f", median),
          String(format: "%.4f", seconds.min() ?? 0),
          String(format: "%.1f %@", amount / median, subject.unit),
          ratio.map { String(format: "%.2f", $0) } ?? "",
        ])
      }
      let rate = subject.amount / own.sorted()[own.count / 2]
      add("suite", own, subject.amount, ratio: nil)
      for (other, seconds) in zip(subject.others, others) {
        let median = seconds.sorted()[seconds.count / 2]
        add(other.name, seconds, other.amount, ratio: rate / (other.amount / median))
      }
    }
    return table.text + "\(Engine.threads) threads, \(options.device)\n"
  }

  private func subjects() throws -> [Subject] {
    let year = try VOCDevkit(root: request.root, year: 2012).directory
    let python = try request.python.map {
      try PythonProcess(
        python: $0, script: "detector.py",
        arguments: [year.path, String(request.batch), String(Engine.threads)])
    }
    func beside(_ name: String, _ word: String, _ amount: Double) -> [(
      name: String, seconds: () throws -> Double, amount: Double
    )] {
      python.map { python in [(name, { try python.ask(word) }, amount)] } ?? []
    }
    let data = try DetectionDataset(
      name: "voc", root: request.root, parts: [Self.photoPart], skipsBad: true)
    let files = try FileManager.default.contentsOfDirectory(
      atPath: year.appendingPathComponent("JPEGImages").path
    ).count { $0.hasSuffix(".jpg") }
    let step = try trainingStep()
    return [
      Subject(
        name: "photos decoded and augmented", unit: "images/s", amount: Double(data.count),
        own: {
          let loader = DetectionLoader(
            dataset: data, augments: true,
            configuration: LoaderConfiguration(batchSize: 8, seed: 0, threads: 0))
          for batch in loader.epoch(0) { _ = try batch.get() }
        }, others: beside("PIL and torchvision", "photos", Double(files))),
      Subject(
        name: "suppression, 8732 boxes, 20 classes", unit: "images/s", amount: 1,
        own: Self.suppression(), others: beside("NumPy", "suppression", 1)),
      Subject(
        name: "ssd300-vgg16 training step", unit: "images/s", amount: Double(request.batch),
        own: step, others: beside("PyTorch eager", "step", Double(request.batch))),
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
    let store = ParameterStore(seed: 0, device: options.device, layout: options.layout)
    let network = try Architecture("ssd300-vgg16").makeNetwork(classCount: 21, store: store)
    let objective = TaskObjective(student: network, task: MultiBoxLoss())
    let optimizer = try SGD(trainedParameters(of: objective), .init(nesterov: false))
    let (batch, boxes) = (request.batch, DefaultBoxes.ssd300.anchors.count)
    var stream = RandomStream(seed: 0, purpose: .synthesis)
    let images = try Tensor(
      stream.uniforms(count: batch * 3 * 300 * 300), shape: [batch, 3, 300, 300]
    ).converted(device: options.device, layout: options.layout)
    let labels = try Tensor(
      (0..<batch * boxes).map { Int64($0 % boxes % 500 == 0 ? 7 : 0) }, shape: [batch, boxes],
      device: options.device)
    let offsets = try Tensor.full(0, shape: [batch, boxes, 4], device: options.device)
    let host = LabelledBatch(images: images, labels: labels, offsets: offsets)
    return {
      try trainStep(
        objective, optimizer, host, at: StepPosition(epoch: 0, epochs: 1, step: 0),
        learningRate: 1e-5)
      try Engine.synchronize(options.device)
    }
  }

  /// Reading and matching of result files, against both Python programs.
  private func evaluations() throws -> [Subject] {
    guard let detections = request.detections else { return [] }
    let year = try VOCDevkit(root: request.root, year: 2007).directory
    let python = try request.python.map {
      try PythonProcess(
        python: $0, script: "detections.py", arguments: [year.path, "test", detections.path])
    }
    let root = request.root
    let files = try ResultFiles(
      detections: detections, root: root, year: 2007, set: "test", allowsMissing: false)
    let others = ["voc": "Python, VOC rule", "coco": "pycocotools"].sorted { $0.key > $1.key }
    return [
      Subject(
        name: "VOC2007 test evaluated from files, both rules", unit: "runs/s", amount: 1,
        own: {
          _ = try DetectionEvaluationJob(
            detections: detections, root: root, year: 2007, set: "test", rule: "voc07",
            allowsMissing: false)
        },
        others: python.map { python in
          others.map { word, name in (name, { try python.ask(word) }, 1) }
        } ?? []),
      Subject(
        name: "the same in memory, voc07 alone", unit: "runs/s", amount: 1,
        own: { _ = try files.mean(.voc07) },
        others: python.map { python in
          [("Python, VOC rule", { try python.ask("match") }, 1)]
        } ?? []),
    ]
  }
}
