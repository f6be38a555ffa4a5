import Datasets
import Distillation
import Experiments
public import Foundation
import Images
import ModelZoo
import NeuralNet
import Randomness
import TensorCore
public import Training
import UserErrors

/// Times what ImageNet adds to the suite beside Python programs, interleaved.
public struct PhotoBenchmark {
  /// What is measured and with what.
  public struct Request: Sendable {
    let root: URL
    let set: String
    let python: String?
    let count: Int
    let side: Int
    let depth: Int
    let batch: Int
    let stepSide: Int
    let entries: Int
    let repeats: Int

    /// Makes a request: `count` photos of `set` in `root` as squares of `side` pixels; steps of a ResNet of `depth` layers
    /// on `batch` photos of `stepSide` pixels, none of depth 0; an index of `entries` made entries, none of 0; `repeats`
    /// measurements of each kind after one to warm up. Without `python` the suite is measured alone.
    public init(
      root: URL, set: String, python: String?, count: Int, side: Int, depth: Int, batch: Int,
      stepSide: Int, entries: Int, repeats: Int
    ) {
      self.root = root
      self.set = set
      self.python = python
      self.count = count
      self.side = side
      self.depth = depth
      self.batch = batch
      self.stepSide = stepSide
      self.entries = entries
      self.repeats = repeats
    }
  }

  private let request: Request
  private let place: ComputePlace

  /// Prepares the measurements.
  public init(_ request: Request, place: ComputePlace) throws {
    guard request.repeats > 0, request.count > 0, request.batch > 1,
      (8...2048).contains(request.side), (8...2048).contains(request.stepSide),
      request.entries >= 0
    else {
      throw UsageError(
        "the benchmark needs a photo, two photos of a step, sides of 8 to 2048 pixels and one measurement"
      )
    }
    guard request.depth == 0 || ImageNetResNet.isValid(depth: request.depth) else {
      throw UsageError(
        "there is no ResNet of \(request.depth) layers; there are 18, 34, 50, 101, 152")
    }
    self.request = request
    self.place = place
  }

  /// Hands the medians and their ratios to `show`, part by part.
  public func run(show: (String) -> Void) throws {
    let photos = try PhotoFolder(request.root).photos(request.set).sample(request.count)
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("lskd-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    // What stays behind is in the system's temporary directory.
    defer { _ = try? FileManager.default.removeItem(at: scratch) }
    let listing = scratch.appendingPathComponent("photos.txt")
    try Data((0..<photos.count).map { photos.place($0) + "\n" }.joined().utf8).write(to: listing)
    let python = try request.python.map {
      try PythonProcess(
        python: $0, script: "photos.py",
        arguments: [
          listing.path, String(request.side), "resnet\(request.depth)", String(request.batch),
          String(request.stepSide), String(Engine.threads),
        ])
    }
    let benchmark = PhotoLoading(photos, request, scratch)
    if let python { show(try benchmark.differences(python)) }
    show(
      try ComparedWork.table(
        try benchmark.works(python), repeats: request.repeats, device: .cpu))
    if request.entries > 0 { show(try benchmark.index(of: request.entries)) }
    guard request.depth > 0 else { return }
    let step = ComparedWork(
      name: "ResNet-\(request.depth) training step, \(request.batch) x \(request.stepSide) pixels",
      unit: "images/s", amount: Double(request.batch), own: try trainingStep(),
      others: ComparedWork.others(python, "PyTorch eager", "step", Double(request.batch)))
    Machine.restartPeakMemory()
    try step.own()
    let own = Double(Machine.peakMemory()) / Double(1 << 20)
    let other = try python.map { try $0.ask("memory") }
    show(
      String(format: "highest memory of a step: suite %.0f MiB", own)
        + (other.map { String(format: ", PyTorch %.0f MiB", $0) } ?? ""))
    show(try ComparedWork.table([step], repeats: request.repeats, device: place.device))
  }

  private func trainingStep() throws -> () throws -> Void {
    let store = ParameterStore(seed: 0, device: place.device, layout: place.layout)
    let network = try ImageNetResNet(depth: request.depth, classCount: 1000, store: store)
    let objective = TaskObjective(student: network)
    let optimizer = try SGD(
      trainedParameters(of: objective), .init(weightDecay: 1e-4, nesterov: true))
    let (batch, side) = (request.batch, request.stepSide)
    var stream = RandomStream(seed: 0, purpose: .synthesis)
    let images = try Tensor(
      stream.uniforms(count: batch * 3 * side * side), shape: [batch, 3, side, side]
    ).converted(device: place.device, layout: place.layout)
    let labels = try Tensor(
      (0..<batch).map { Int64($0 % 1000) }, shape: [batch], device: place.device)
    let host = LabelledBatch(images: images, labels: labels)
    return {
      try trainStep(
        objective, optimizer, host, at: StepPosition(epoch: 0, epochs: 1, step: 0),
        learningRate: 1e-5)
      try Engine.synchronize(place.device)
    }
  }
}
