import Datasets
import Distillation
import Experiments
import Foundation
import Measuring
import ModelZoo
import NeuralNet
import Results
import TensorCore
import TestSupport
import Testing
import Training
import UserErrors

/// Methods of distillation between two segmentations, and their training.
struct SegmentationTrainingTests {
  private let root: URL
  private let source: SegmentationSource
  private static let names = ["student", "kd", "at", "ofd", "london", "london-released"]

  init() throws {
    root = try Photos.synthetic(train: 24, test: 8)
    source = try SegmentationSource(
      PhotoRequest(
        .voc12, root: root.path, training: "2007:trainval", test: "2007:test",
        skipsBad: false), Setting("resnet101-resnet18").recipe.extent(.smoke), runs: root)
  }

  private func network(_ name: String, seed: UInt64) throws -> any Network {
    try Architecture("deeplabv3plus-\(name)").makeNetwork(
      classCount: 21, store: ParameterStore(seed: seed, layout: .channelsLast))
  }

  private func plan(_ name: String, _ trainingProtocol: TrainingProtocol = .equal) throws
    -> RunPlan
  {
    RunPlan(
      table: "table5", setting: try Setting("resnet101-mobilenet"),
      role: .student(try Method(named: name)), trainingProtocol: trainingProtocol, budget: .smoke,
      seed: 1, data: source.reference)
  }

  private func objective(
    _ name: String, teacher: any Network, _ trainingProtocol: TrainingProtocol = .equal
  ) throws -> any Objective {
    let plan = try plan(name, trainingProtocol)
    let factory = ObjectiveFactory(
      plan: plan, options: RunOptions(runs: root, command: "test"), teacherFile: nil, data: source)
    let student = try network("mobilenet-narrow16", seed: 1)
    guard let method = plan.method, method.usesTeacher else {
      return TaskObjective(student: student, task: SegmentationLoss())
    }
    return try factory.objective(method, student, TeacherPass(teacher, .eval))
  }

  private func batch(_ count: Int, like store: ParameterStore) throws -> LabelledBatch {
    let loader = source.loader(batchSize: count, seed: 1, threads: 0)
    return try #require(
      try loader.batches(ofEpoch: 0, startingAt: 0, like: store).first { _ in true }?.get())
  }

  @Test(
    "every method has finite terms, moves the student and gives the teacher no gradient",
    arguments: names)
  func methodsTeach(_ name: String) throws {
    let teacher = try network("resnet18-narrow16", seed: 2)
    let objective = try objective(name, teacher: teacher)
    let store = objective.student.store
    let terms = try objective.terms(
      batch(3, like: store), at: StepPosition(epoch: 0, epochs: 1, step: 0))
    #expect(terms[0].name == "ce")
    let isReleased = name == "london-released"
    for term in terms {
      #expect(try term.value.scalar().isFinite, "\(name) \(term.name)")
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

  @Test("as released every term is divided by the batch; OFD keeps its ratio to the cross-entropy")
  func releasedDividesByTheBatch() throws {
    for name in ["kd", "at", "ofd"] {
      func contributions(_ trainingProtocol: TrainingProtocol) throws -> [Double] {
        let objective = try objective(
          name, teacher: network("resnet18-narrow16", seed: 2), trainingProtocol)
        // The batch of the recipe, without dropout beside taps, so that both see the same.
        (objective.student as? DeepLabV3Plus)?.dropsOutBesideTaps = false
        let count = try plan(name, trainingProtocol).recipe.batchSize
        return try objective.terms(
          batch(count, like: objective.student.store),
          at: StepPosition(epoch: 0, epochs: 1, step: 0)
        ).map { try $0.contribution().scalar() }
      }
      let (equal, released) = (try contributions(.equal), try contributions(.released))
      let images = Double(try plan(name).recipe.batchSize)
      for (own, other) in zip(equal, released) {
        #expect(abs(own - images * other) < 1e-4 * own, "\(name): \(own) and \(other)")
      }
    }
  }

  /// Trains two epochs, once to `stopAt` and from there on; returns every tensor that moved.
  private func train(
    _ name: String, stopAt: Int?, connectorEpochs: Int = 0, preparation: Int = 0,
    watch: @escaping (Int, any Objective) throws -> Void = { _, _ in }
  ) throws -> [[UInt8]] {
    let folder = RestoredData.temporaryDirectory
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var state: [[UInt8]] = []
    for stopStep in stopAt == nil ? [nil] : [stopAt, nil] {
      let objective = try objective(name, teacher: network("resnet18-narrow16", seed: 2))
      var configuration = TrainingConfiguration(
        epochs: 2, schedule: .polynomial(base: 0.01, power: 0.9), restartsMomentumAtDrops: false)
      configuration.connectorEpochs = connectorEpochs
      configuration.preparationEpochs = preparation
      configuration.preparationRate = 0.01
      let trainer = try Trainer(
        objective: objective, loader: source.loader(batchSize: 2, seed: 4, threads: 1),
        evaluator: source.evaluator, configuration: configuration,
        resumeFile: folder.appendingPathComponent("resume.lskd"), identity: name)
      let stop = StopRequest()
      let observer = Watcher(stop, at: stopStep) { try watch($0, objective) }
      try watch(0, objective)
      let outcome = try trainer.run(stop: stop, observer: observer)
      #expect(outcome == (stopStep.map { .interrupted(step: $0) } ?? .finished))
      state = try [objective.student.store, objective.connectors].compactMap { $0 }
        .flatMap { try $0.entries.map { try $0.tensor.bytes() } }
    }
    return state
  }

  @Test(
    "a training that was stopped and goes on ends with the same bytes",
    arguments: ["student", "london"])
  func resumeIsExact(_ name: String) throws {
    let connectors = name == "london" ? 1 : 0
    let whole = try train(name, stopAt: nil, connectorEpochs: connectors, preparation: connectors)
    // Within the first epoch and behind it.
    for step in [2, 5] {
      #expect(
        try train(name, stopAt: step, connectorEpochs: connectors, preparation: connectors)
          == whole)
    }
  }

  @Test(
    "in their own epoch the connectors learn alone, within the schedule or in front of it",
    arguments: [0, 1])
  func connectorsLearnFirst(_ preparation: Int) throws {
    var seen: [(student: [[UInt8]], connectors: [[UInt8]])] = []
    _ = try train("ofd", stopAt: nil, connectorEpochs: 1, preparation: preparation) {
      _, objective in
      func bytes(_ store: ParameterStore?) throws -> [[UInt8]] {
        try (store?.entries ?? []).filter { $0.role == .parameter }.map { try $0.tensor.bytes() }
      }
      seen.append((try bytes(objective.student.store), try bytes(objective.connectors)))
    }
    let steps = source.trainingCount / 2
    #expect(steps > 1 && seen.count == (2 + preparation) * steps + 1)
    for step in 1..<seen.count {
      let isConnectors = step <= steps
      #expect((seen[step].student == seen[step - 1].student) == isConnectors, "step \(step)")
      #expect(seen[step].connectors != seen[step - 1].connectors, "step \(step)")
    }
  }

  @Test(
    "the recipes: poly, tenfold heads, the connectors' epoch inside as released and on top under equal"
  )
  func recipes() throws {
    let setting = try Setting("resnet101-resnet18")
    let equal = Recipe(Method(.ofd), setting, .equal, .full)
    let released = Recipe(.london, setting, .released, .full)
    let alone = Recipe(.student, setting, .released, .full)
    #expect(equal.epochs == 50 && equal.preparation?.epochs == 1 && equal.connectorEpochs == 1)
    #expect(released.epochs == 50 && released.preparation == nil && released.connectorEpochs == 1)
    #expect(released.teacherInTrainMode && !equal.teacherInTrainMode)
    #expect(
      alone.connectorEpochs == 0 && alone.counting == .overBatchAgain && equal.counting == .mean)
    for recipe in [equal, released, alone] {
      #expect(recipe.batchSize == 12 && recipe.schedule == .polynomial(base: 0.007, power: 0.9))
      #expect(recipe.optimizer == .init(momentum: 0.9, weightDecay: 5e-4, nesterov: true))
    }
    let teacher = Recipe(teacherOf: setting, budget: .full)
    #expect(teacher.epochs == 50 && teacher.counting == .mean)
  }

  @Test("pairs and share of the Lipschitz term are part of what a run is")
  func lipschitzChoices() throws {
    var request = try TableRequest(
      .table5, settings: "resnet101-resnet18", methods: "ofd,london", seeds: "0",
      trainingProtocol: .equal, budget: .smoke)
    func hashes() -> [String] {
      TablePlan(request.selection, data: source.reference).runs.filter { $0.method != nil }
        .map(\.hash)
    }
    let usual = hashes()
    try request.setLipschitzTerm(pairs: .backbone, share: nil)
    let backbone = hashes()
    try request.setLipschitzTerm(pairs: .all, share: 0.05)
    let share = hashes()
    #expect(usual[0] == backbone[0] && usual[0] == share[0])
    #expect(Set([usual[1], backbone[1], share[1]]).count == 3)
    #expect(throws: UsageError.self) { try request.setLipschitzTerm(pairs: .all, share: 1) }
  }

  @Test("a budget makes photos where none are named, and says so; named ones take their place")
  func photosOfABudget() throws {
    let extent = try Setting("resnet101-resnet18").recipe.extent(.smoke)
    func source(_ root: String?, _ training: String?, _ test: String?) throws -> SegmentationSource
    {
      try SegmentationSource(
        PhotoRequest(.voc12, root: root, training: training, test: test, skipsBad: false), extent,
        runs: self.root)
    }
    let made = try source(nil, nil, nil)
    #expect(made.trainingCount == 24 && made.testCount == 8 && made.reference.isSynthetic)
    #expect(try source(nil, nil, nil).reference == made.reference)
    let named = try source(root.path, "2007:trainval", "2007:test")
    #expect(named.trainingCount == 12 && named.reference.isSynthetic)
    let stamp = root.appendingPathComponent("VOCdevkit/synthetic.txt")
    try FileManager.default.removeItem(at: stamp)
    #expect(try !source(root.path, "2007:trainval", "2007:test").reference.isSynthetic)
  }

  @Test("sets that share a photo are refused, and so are methods that are not made for it")
  func senselessRequests() throws {
    let photos = try PhotoRequest(
      .voc12, root: root.path, training: "2007:trainval", test: "2007:val",
      skipsBad: false)
    #expect(throws: UsageError.self) {
      try SegmentationSource(
        photos, Setting("resnet101-resnet18").recipe.extent(.reduced), runs: root)
    }
    #expect(throws: UsageError.self) {
      try TableRequest(
        .table5, settings: "all", methods: "fitnets", trainingProtocol: .equal, budget: .smoke)
    }
  }

  @Test("a checkpoint's mIoU is that of its written predictions; a detector is refused")
  func writtenPredictionsAgree() throws {
    let file = root.appendingPathComponent("segmentation.lskd")
    let name = "deeplabv3plus-resnet18-narrow16"
    _ = try ModelCheckpoint.write(
      try network("resnet18-narrow16", seed: 3), Architecture(name), pipeline: .deepLab,
      measures: [:], details: [:], to: file)
    var request = SegmenterEvaluationJob.Request(
      root: root, parts: [.init(year: 2007, set: "test")], shortSide: 65, skipsBad: false)
    let predictions = root.appendingPathComponent("predictions")
    request.predictions = predictions
    request.overlays = root.appendingPathComponent("overlays")
    let job = try SegmenterEvaluationJob(
      checkpoint: ModelCheckpoint(contentsOf: file), file: file, request)
    let direct = try metrics(#require(try job.run()).text(json: true))
    let written = try metrics(
      SegmentationEvaluationJob(predictions: predictions, root: root, year: 2007, set: "test")
        .text(json: true))
    #expect(direct["miou_scaled"] != nil)
    for (key, value) in written {
      #expect(direct[key] as? NSObject == value as? NSObject, "\(key)")
    }
    let overlays = try FileManager.default.contentsOfDirectory(
      atPath: root.appendingPathComponent("overlays").path)
    #expect(overlays.count == source.testCount)
    let detector = root.appendingPathComponent("detector.lskd")
    let other = try Architecture("ssd300-mobilenet-narrow16")
    _ = try ModelCheckpoint.write(
      try other.makeNetwork(classCount: 21, store: ParameterStore(seed: 1)), other,
      pipeline: .ssd300, measures: [:], details: [:], to: detector)
    #expect(throws: UsageError.self) {
      try SegmenterEvaluationJob(
        checkpoint: ModelCheckpoint(contentsOf: detector), file: detector, request)
    }
  }

  private func metrics(_ text: String) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    return try #require(value?["metrics"] as? [String: Any])
  }

  @Test("a narrow network learns a few photos by heart")
  func learnsByHeart() throws {
    let data = source.training.first(4)
    let network = try network("resnet18-narrow8", seed: 1)
    let objective = TaskObjective(student: network, task: SegmentationLoss())
    let optimizer = try SGD(trainedParameters(of: objective), .init())
    let before = try miou(network, data)
    var batches: [LabelledBatch] = []
    // A few fixed crops, over and over.
    let loader = SegmentationLoader(
      dataset: data, augmentation: .init(baseSize: 150, cropSize: 129), padding: 255,
      configuration: LoaderConfiguration(batchSize: 4, seed: 1, threads: 0))
    for epoch in 0..<2 {
      for batch in loader.batches(ofEpoch: epoch, startingAt: 0, like: network.store) {
        batches.append(try batch.get())
      }
    }
    for step in 0..<80 {
      try trainStep(
        objective, optimizer, batches[step % batches.count],
        at: StepPosition(epoch: 0, epochs: 1, step: step), learningRate: 0.02)
    }
    #expect(try miou(network, data) > 2 * before + 5)
  }

  private func miou(_ network: any Network, _ data: SegmentationDataset) throws -> Double {
    let measures = try SegmentationEvaluator(training: data, test: data, shortSide: 150)
      .measure(network, on: .trainingSample)
    return try #require(measures[.miouScaled])
  }
}

/// Counts the steps of a training and stops it at one.
private final class Watcher: TrainingObserver {
  private let stop: StopRequest
  private let step: Int?
  private let watch: (Int) throws -> Void

  init(_ stop: StopRequest, at step: Int?, _ watch: @escaping (Int) throws -> Void) {
    self.stop = stop
    self.step = step
    self.watch = watch
  }

  func didStep(_ report: StepReport) throws {
    try watch(report.step)
    if report.step == step { stop.set() }
  }
  func didEndPreparation(_ epoch: PreparationReport) {}
  func didEndEpoch(_ epoch: EpochReport) {}
  func willResume(epoch: Int, step: Int) {}
}
