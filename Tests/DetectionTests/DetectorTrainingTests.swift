import Datasets
import Distillation
import Experiments
import Foundation
import Images
import Measuring
import ModelZoo
import NeuralNet
import Results
import TensorCore
import TestSupport
import Testing
import Training
import UserErrors

/// Methods of distillation between two detectors, and their training.
struct DetectorTrainingTests {
  private let root: URL
  private let source: DetectionSource
  private static let names = [
    "student", "kd", "fitnets", "at", "ofd", "london", "london-released",
  ]

  init() throws {
    root = try Photos.synthetic(train: 8, test: 4)
    source = try DetectionSource(
      PhotoRequest(.voc0712, root: root.path, training: nil, test: nil, skipsBad: false),
      Setting("resnet50-resnet18").recipe.extent(.reduced), runs: root)
  }

  @Test("a photo is not learnt from and measured with")
  func overlap() {
    #expect {
      try DetectionSource(
        PhotoRequest(
          .voc0712, root: root.path, training: "2007:trainval,2007:test", test: "2007:test",
          skipsBad: false), Setting("resnet50-resnet18").recipe.extent(.reduced), runs: root)
    } throws: { "\($0)".contains("the sets must not overlap") }
  }

  @Test("the first test photo is shown as it is, with what a network finds in it")
  func picture() throws {
    let pictures = try source.pictures(of: try network("ssd300-resnet18-narrow16", seed: 0))
    let picture = try #require(pictures.first)
    let photo = try ImageFile.photo(source.test.samples[0].file)
    #expect(pictures.count == 1 && picture.width == photo.width && picture.height == photo.height)
    let file = root.appendingPathComponent("picture.png")
    try picture.png.write(to: file)
    let shown = try ImageFile.photo(file)
    let changed = zip(shown.bytes, photo.bytes).count { $0 != $1 }
    // An untrained network finds boxes everywhere.
    #expect(changed > 0 && changed < photo.bytes.count)
  }

  private func network(_ name: String, seed: UInt64) throws -> any Network {
    try Architecture(name).makeNetwork(
      classCount: 21, store: ParameterStore(seed: seed, layout: .channelsLast))
  }

  private func objective(_ name: String, teacher: any Network) throws -> any Objective {
    let method = try Method(named: name)
    let plan = RunPlan(
      table: "table4", setting: try Setting("vgg16-resnet18"), role: .student(method),
      trainingProtocol: .equal, budget: .smoke, seed: 1, data: source.reference)
    let factory = ObjectiveFactory(
      plan: plan, options: RunOptions(runs: root, command: "test"), teacherFile: nil, data: source)
    let student = try network("ssd300-resnet18-narrow16", seed: 1)
    guard method.usesTeacher else { return TaskObjective(student: student, task: MultiBoxLoss()) }
    return try factory.objective(method, student, TeacherPass(teacher, .eval))
  }

  @Test(
    "every method has finite terms, moves the student and gives the teacher no gradient",
    arguments: names)
  func methodsTeach(_ name: String) throws {
    let teacher = try network("ssd300-vgg16-narrow16", seed: 2)
    let objective = try objective(name, teacher: teacher)
    let store = objective.student.store
    let loader = source.loader(batchSize: 4, seed: 1, threads: 0)
    let batch = try #require(
      try loader.batches(ofEpoch: 0, startingAt: 0, like: store).first { _ in true }?.get())
    let terms = try objective.terms(batch, at: StepPosition(epoch: 0, epochs: 1, step: 0))
    #expect(terms.prefix(2).map(\.name) == ["location", "confidence"])
    for term in terms { #expect(try term.value.scalar().isFinite, "\(name) \(term.name)") }
    let isReleased = name == "london-released"
    for term in terms {
      #expect(term.value.requiresGradient == !(isReleased && term.name == "lipschitz"))
    }
    try terms.total().backward()
    for entry in store.entries where entry.role == .parameter {
      let gradient = try #require(try entry.tensor.gradient(), "\(name) \(entry.name)")
      #expect(try gradient.absolute().largest().scalar().isFinite, "\(name) \(entry.name)")
    }
    for entry in teacher.store.entries where name != "student" {
      #expect(try entry.tensor.gradient() == nil)
    }
  }

  @Test(
    "a training that was stopped and goes on ends with the same bytes",
    arguments: ["student", "london"])
  func resumeIsExact(_ name: String) throws {
    func train(stopAt: Int?) throws -> [[UInt8]] {
      let folder = RestoredData.temporaryDirectory
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      var state: [[UInt8]] = []
      // Once to the stop, once from there to the end.
      for stopStep in stopAt == nil ? [nil] : [stopAt, nil] {
        let objective = try objective(name, teacher: network("ssd300-vgg16-narrow16", seed: 2))
        let trainer = try Trainer(
          objective: objective, loader: source.loader(batchSize: 3, seed: 4, threads: 1),
          evaluator: source.evaluator,
          configuration: TrainingConfiguration(
            epochs: 2, schedule: .steps(base: 0.002, drops: []), restartsMomentumAtDrops: false),
          resumeFile: folder.appendingPathComponent("resume.lskd"), identity: name)
        let stop = StopRequest()
        let outcome = try trainer.run(stop: stop, observer: Stopper(stop, at: stopStep))
        #expect(outcome == (stopStep.map { .interrupted(step: $0) } ?? .finished))
        state = try [objective.student.store, objective.connectors].compactMap { $0 }
          .flatMap { try $0.entries.map { try $0.tensor.bytes() } }
      }
      return state
    }
    let whole = try train(stopAt: nil)
    #expect(try train(stopAt: 2) == whole)
    #expect(try train(stopAt: 4) == whole)
  }

  @Test(
    "trials learn from other photos than they are measured with; the best precision chooses the weight"
  )
  func weightsAreTuned() throws {
    let tuning = source.forTuning()
    let ids = { (data: DetectionDataset) in Set(data.samples.map(\.id)) }
    #expect(ids(tuning.training).isDisjoint(with: ids(tuning.test)))
    #expect(ids(tuning.training).union(ids(tuning.test)) == ids(source.training))
    let setting = try Setting("vgg16-resnet18")
    let chosen = TablePlan.Selection(
      table: .table4, settings: [setting], methods: [Method(.ofd), .london], seeds: [0],
      trainingProtocol: .equal,
      budget: .smoke)
    let options = RunOptions(
      runs: root.appendingPathComponent("tuning"), command: "test")
    var trials = try Trials(for: chosen, data: tuning.reference, runs: options.runs)
    while !trials.open.isEmpty {
      for trial in trials.open {
        var record = RunRecord(trial, metrics: .detection, options)
        record.status = .finished
        let precision = trial.alphaChoice.map { 5 - $0.value } ?? (trial.lossWeight == 1e-5 ? 3 : 2)
        record.last = .init(
          file: "last.lskd", sha256: "", epoch: 0,
          measures: [.mapVOC07: trial.alphaChoice?.value == 0 ? 4 : precision])
        try record.write(
          to: RunFolder(options.runs.appendingPathComponent(trial.folderName)).record)
      }
      trials = try Trials(for: chosen, data: tuning.reference, runs: options.runs)
    }
    let plan = TablePlan(chosen, data: source.reference, weights: trials.weights)
    #expect(plan.runs.first { $0.method == Method(.ofd) }?.lossWeight == 1e-5)
    let london = try #require(plan.runs.first { $0.method == .london })
    #expect(
      london.deviations.contains {
        $0.text.contains("share 0.0025") && $0.text.contains("best of 4")
      })
  }

  @Test("a checkpoint's result is that of the files that it writes; a classifier is refused")
  func writtenDetectionsAgree() throws {
    let file = root.appendingPathComponent("detector.lskd")
    let detector = try network("ssd300-mobilenet-narrow16", seed: 3)
    _ = try ModelCheckpoint.write(
      detector, Architecture("ssd300-mobilenet-narrow16"), pipeline: .ssd300, measures: [:],
      details: [:], to: file)
    let job = try DetectorEvaluationJob(
      checkpoint: ModelCheckpoint(contentsOf: file), file: file, root: root,
      parts: [.init(year: 2007, set: "test")], rule: .area, skipsBad: false)
    let results = root.appendingPathComponent("results")
    try job.writeDetections(to: results)
    let again = try DetectionEvaluationJob(
      detections: results, root: root, year: 2007, set: "test", rule: .area, allowsMissing: true)
    func metrics(_ text: String) throws -> NSDictionary? {
      let value = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      return value?["metrics"] as? NSDictionary
    }
    let direct = try metrics(try #require(try job.evaluation()).text(json: true))
    let written = try metrics(again.text(json: true))
    #expect(direct != nil && direct == written)
    let classifier = root.appendingPathComponent("classifier.lskd")
    _ = try ModelCheckpoint.write(
      try network("wrn-10-1", seed: 1), Architecture("wrn-10-1"), pipeline: .cifar100,
      measures: [:], details: [:], to: classifier)
    #expect(throws: UsageError.self) {
      try DetectorEvaluationJob(
        checkpoint: ModelCheckpoint(contentsOf: classifier), file: classifier, root: root,
        parts: [.init(year: 2007, set: "test")], rule: .area, skipsBad: false)
    }
  }

  @Test(
    "a backbone takes a classifier's weights by their names; other shapes and networks are refused")
  func backbonesAreLoaded() throws {
    let trained = try network("ssd300-resnet18-narrow16", seed: 5)
    let prefix = "backbone."
    let state = try trained.store.state().filter { $0.name.hasPrefix(prefix) }.map { stored in
      try Tensor(stored).stored(as: String(stored.name.dropFirst(prefix.count)))
    }
    let classifierHead = try Tensor.full(1, shape: [10, 32]).stored(as: "fc.weight")
    let fresh = try #require(try network("ssd300-resnet18-narrow16", seed: 6) as? SSD300)
    try BackboneWeights(state + [classifierHead]).load(into: fresh, .ssd300(.resnet18, divisor: 16))
    for entry in fresh.store.entries where entry.name.hasPrefix(prefix) {
      let other = try #require(trained.store.tensor(named: entry.name))
      #expect(try entry.tensor.bytes() == other.bytes(), "\(entry.name)")
    }
    let wide = try #require(try network("ssd300-resnet18-narrow8", seed: 6) as? SSD300)
    #expect(throws: StateError.self) {
      try BackboneWeights(state).load(into: wide, .ssd300(.resnet18, divisor: 16))
    }
    let other = try #require(try network("ssd300-vgg16-narrow16", seed: 6) as? SSD300)
    #expect(throws: StateError.self) {
      try BackboneWeights(state).load(into: other, .ssd300(.vgg16, divisor: 16))
    }
  }
}

/// Stops a training at a step.
private final class Stopper: TrainingObserver {
  private let stop: StopRequest
  private let step: Int?

  init(_ stop: StopRequest, at step: Int?) {
    self.stop = stop
    self.step = step
  }

  func didStep(_ report: StepReport) { if report.step == step { stop.set() } }
  func didEndPreparation(_ epoch: PreparationReport) {}
  func didEndEpoch(_ epoch: EpochReport) {}
  func willResume(epoch: Int, step: Int) {}
}
