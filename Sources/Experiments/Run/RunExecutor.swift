import CheckpointFormat
import Datasets
import Distillation
import DurableFiles
import Foundation
import JSON
import Measuring
public import Results
import TensorCore
public import Training
import UserErrors

/// Carries one run out in its folder: trains, keeps the record, the events and the checkpoints.
public final class RunExecutor {
  private let plan: RunPlan
  private let data: any RunData
  private let options: RunOptions
  private let folder: RunFolder
  private let progress: any RunProgress
  private let title: String
  private(set) var record: RunRecord
  /// What the folder holds.
  private var written: RunRecord?
  /// The record of a run that another process finished before the folder was claimed.
  package var finishedRecord: RunRecord? {
    written.flatMap { $0.isDone(for: options.worker) ? $0 : nil }
  }
  /// The name of the run's folder.
  var folderName: String { plan.folderName }
  private var events: EventLog?
  private var tensorBoard: TensorBoardFile?
  private var objective: (any Objective)?
  private var started = ContinuousClock.now
  private var secondsBefore = 0.0

  /// Claims the run's folder, unless the process follows another replica. `teacher` tells what was measured of the teacher,
  /// if one is needed.
  package init(
    _ plan: RunPlan, data: any RunData, options: RunOptions, teacher: RunRecord.Teacher?,
    title: String, progress: any RunProgress
  ) throws {
    self.plan = plan
    self.data = data
    self.options = options
    self.title = title
    self.progress = progress
    let url = options.runs.appendingPathComponent(plan.folderName)
    folder = try options.leads ? RunFolder(url) : RunFolder(following: url)
    let known = try RunFolder.readRecord(in: folder.url)
    record = RunRecord(plan, metrics: data.metrics, options, teacher: teacher)
    record.operations = try RunCost(data).operations(plan)
    written = known
    if let known {
      try checkArithmetic(of: known)
      record.epochs = known.epochs
      record.lipschitzAtStart = known.lipschitzAtStart
      record.last = known.last
      record.best = known.best
      record.status = known.status
      record.wallSeconds = known.wallSeconds
      record.peakMemoryBytes = known.peakMemoryBytes
      record.imagesPerSecond = known.imagesPerSecond
      record.subject.weights.match = known.subject.weights.match
    }
    secondsBefore = record.wallSeconds
  }

  /// Throws for a begun run whose first part was computed in another way: its bytes would be those of neither.
  private func checkArithmetic(of known: RunRecord) throws(UsageError) {
    guard FileManager.default.fileExists(atPath: folder.resume.path) else { return }
    let place = options.place
    var begun: [String] = []
    if known.environment.precision != place.precision.rawValue {
      begun.append("--precision \(known.environment.precision)")
    }
    let isReference = known.environment.kernels == Kernels.reference.rawValue
    if isReference != (place.kernels == .reference) {
      begun.append("--kernels \((isReference ? Kernels.reference : .fast).rawValue)")
    }
    guard !begun.isEmpty else { return }
    throw UsageError(
      "\(folder.url.path) was begun with \(begun.joined(separator: " ")): go on with that, or remove it"
    )
  }

  /// Makes the networks and what trains them; `shared` is a teacher that several runs look through.
  func start(shared: TeacherPass?) throws -> Cohort.Member {
    started = .now
    Machine.restartPeakMemory()
    record.status = .running
    record.message = nil
    do {
      let objective = try factory.makeObjective(shared: shared)
      self.objective = objective
      let trainer = try Trainer(
        objective: objective,
        loader: data.loader(
          batchSize: plan.recipe.batchSize, seed: plan.seed, threads: options.loaderThreads,
          part: options.part, asReleased: plan.recipe.preparesAsReleased),
        evaluator: data.evaluator,
        configuration: configuration, resumeFile: folder.resume, identity: plan.hash)
      if !FileManager.default.fileExists(atPath: folder.resume.path) {
        try willResume(epoch: 0, step: 0)
      }
      try write()
      return Cohort.Member(trainer: trainer, observer: self)
    } catch {
      try fail(error)
      throw error
    }
  }

  /// Records how the training ended. A divergence is a result; every other error is thrown again.
  func end(_ outcome: Result<TrainingOutcome, any Error>) throws {
    do {
      record.status = try outcome.get() == .finished ? .finished : .interrupted
      try write()
      if record.status == .finished {
        try removeResumeFile()
        objective = nil
        try evaluate()
      }
    } catch {
      try fail(error)
      // A student that diverges is a result; the others do not depend on it.
      guard error.isDivergence && plan.method != nil else { throw error }
      progress.line("\(title): diverged, \(error)")
    }
    objective = nil
  }

  /// Leaves a record that says why the run failed. Where there is no room for that, it says at least that it did:
  /// without the reason it is no longer than the one that was written last.
  private func fail(_ error: any Error) throws {
    record.status = error.isDivergence ? .diverged : .failed
    record.message = error.reason
    do { try write() } catch let second {
      guard var written else { return }
      written.status = .failed
      do { try written.write(to: folder.record) } catch {
        throw ResultsError(
          .file,
          "\(record.message ?? ""); and the record still says that it is running: \(second.reason)")
      }
    }
  }

  /// The run's teacher with its latest results kept for several students; nil where it learns alone.
  func sharedTeacher() throws -> TeacherPass? {
    guard plan.method?.usesTeacher ?? false else { return nil }
    return try teacherFile.map { try factory.teacherPass($0, kept: true) }
  }

  private var factory: ObjectiveFactory {
    ObjectiveFactory(plan: plan, options: options, teacherFile: teacherFile, data: data)
  }

  private var teacherFile: URL? {
    plan.teacherFile?.url
      ?? plan.teacher.map {
        options.runs.appendingPathComponent($0.folderName).appendingPathComponent("last.lskd")
      }
  }

  private var configuration: TrainingConfiguration {
    let recipe = plan.recipe
    var configuration = TrainingConfiguration(
      epochs: recipe.epochs, schedule: recipe.schedule,
      restartsMomentumAtDrops: recipe.restartsMomentum)
    configuration.optimizer = recipe.optimizer
    configuration.preparationEpochs = recipe.preparation?.epochs ?? 0
    configuration.preparationRate = recipe.preparation?.learningRate ?? 0
    configuration.connectorEpochs = recipe.connectorEpochs
    configuration.precision = options.place.precision
    configuration.imagesAtOnce = plan.partLimit
    configuration.checkpointSeconds = plan.budget.checkpointSeconds
    configuration.reportInterval = options.place.device == .cpu ? 1 : 50
    return configuration
  }

  /// Keeps what the finished network says of single test images. A run that finished under an older suite has it made up
  /// for, by the command that would make the run.
  @discardableResult
  func evaluate() throws -> Bool {
    guard options.leads, let finished = try RunFolder.readRecord(in: folder.url) else {
      return false
    }
    return try RunEvaluation(plan: plan, data: data, options: options, teacherFile: teacherFile)
      .write(finished, into: folder)
  }

  /// A finished run needs its resume checkpoint no more; it is several times the model's size.
  private func removeResumeFile() throws {
    if options.leads && FileManager.default.fileExists(atPath: folder.resume.path) {
      try FileError.remove(folder.resume)
    }
  }

  private func write() throws {
    guard options.leads else { return }
    record.wallSeconds = secondsBefore + started.duration(to: .now).seconds
    record.peakMemoryBytes = max(record.peakMemoryBytes, Machine.peakMemory)
    record.heartbeat = ISO8601DateFormatter().string(from: Date())
    if record.status != .failed { try events?.flush() }
    try record.write(to: folder.record)
    written = record
  }
}

extension RunExecutor: TrainingObserver {
  /// Opens the event log at the step of the checkpoint and drops epochs that are trained again.
  public func willResume(epoch: Int, step: Int) throws {
    guard options.leads else { return }
    record.epochs.removeAll { $0.epoch >= epoch }
    if step > 0 { progress.line("\(title): goes on in epoch \(epoch + 1) after step \(step)") }
    events = try EventLog(folder.events, truncatingAfterStep: step)
    guard options.logs.contains(.tensorboard) else { return }
    let log = try TensorBoardFile(folder.tensorBoard)
    for epoch in record.epochs { try log.append(epoch.scalars, step: epoch.epoch + 1) }
    tensorBoard = log
  }

  /// Records what the networks are before they learn.
  public func willStart(_ lipschitz: RunRecord.Lipschitz) { record.lipschitzAtStart = lipschitz }

  /// Logs the step and shows the progress.
  public func didStep(_ step: StepReport) throws {
    var event: [String: JSONValue] = [
      "event": .string(step.isPreparation ? "preparation step" : "step"),
      "epoch": .integer(step.epoch), "step": .integer(step.step),
      "learning_rate": .number(step.learningRate), "total": .number(step.total),
      "losses": .object(step.losses.mapValues { .number($0) }),
    ]
    if !step.gradientNorms.isEmpty {
      event["gradient_norms"] = .object(step.gradientNorms.mapValues { .number($0) })
    }
    try events?.append(event)
    progress.update { describe(step) }
  }

  private func describe(_ step: StepReport) -> String {
    let rate = step.imagesPerSecond
    let left = Double((step.stepsInTotal - step.step) * plan.recipe.batchSize) / max(rate, 1e-9)
    let epochs =
      step.isPreparation ? plan.recipe.preparation?.epochs ?? 0 : plan.recipe.epochs
    return
      "\(title): \(step.isPreparation ? "preparation, " : "")epoch \(step.epoch + 1)/\(epochs), "
      + "step \(step.step)/\(step.stepsInTotal), loss \(Float(step.total)), "
      + "\(Int(rate)) images/s, \(Self.duration(left)) left"
  }

  /// Seconds as `1 h 02 min`, `3 min 04 s` or `5 s`.
  private static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "unknown" }
    let whole = Int(seconds.rounded())
    let pad = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    if whole >= 3600 { return "\(whole / 3600) h \(pad(whole / 60 % 60)) min" }
    if whole >= 60 { return "\(whole / 60) min \(pad(whole % 60)) s" }
    return "\(whole) s"
  }

  /// Logs the epoch; the record holds those of the training proper.
  public func didEndPreparation(_ report: PreparationReport) throws {
    try events?.append([
      "event": "preparation epoch", "epoch": .integer(report.epoch), "step": .integer(report.step),
      "losses": .object(report.losses.mapValues { .number($0) }),
    ])
    try write()
    let losses = report.losses.sorted { $0.key < $1.key }.map { "\($0.key) \(Float($0.value))" }
    progress.line(
      "\(title): preparation, epoch \(report.epoch + 1)/\(plan.recipe.preparation?.epochs ?? 0) ended, "
        + losses.joined(separator: ", "))
  }

  /// Records the epoch and writes its checkpoints.
  public func didEndEpoch(_ report: EpochReport) throws {
    guard let objective, options.leads else { return }
    record.subject.weights.match = try (objective as? LipschitzGuidedObjective)?.matchFactor()
    record.epochs.append(
      .init(
        epoch: report.epoch, learningRate: report.learningRate, losses: report.losses,
        gradientNorms: report.gradientNorms, shares: report.shares,
        trainingMeasures: report.training, measures: report.test, seconds: report.seconds,
        sharedSeconds: report.sharedSeconds, imagesPerSecond: report.imagesPerSecond,
        lipschitz: report.lipschitz, gradients: report.gradients))
    let digest = try ModelCheckpoint.write(
      objective.student, plan.network, pipeline: data.evaluationPipeline, measures: report.test,
      details: details(report.epoch), to: folder.last)
    record.last = reference("last.lskd", digest, report)
    if record.epochs.dropLast().allSatisfy({ isBetter(report.test, than: $0.measures) }) {
      try AtomicFile.write(try FileError.reading(folder.last), to: folder.best)
      record.best = reference("best.lskd", digest, report)
    }
    try folder.keepEpoch(report.epoch, newest: options.keptEpochs)
    let seconds = record.epochs.reduce(0) { $0 + $1.seconds + ($1.sharedSeconds ?? 0) }
    let images = record.epochs.reduce(0) {
      $0 + ($1.seconds + ($1.sharedSeconds ?? 0)) * $1.imagesPerSecond
    }
    record.imagesPerSecond = seconds > 0 ? images / seconds : 0
    if let epoch = record.epochs.last {
      try tensorBoard?.append(epoch.scalars, step: epoch.epoch + 1)
    }
    try events?.append([
      "event": "epoch", "epoch": .integer(report.epoch),
      "step": .integer(report.step), "training": report.training.value,
      "test": report.test.value,
    ])
    try write()
    progress.line(
      "\(title): epoch \(report.epoch + 1)/\(plan.recipe.epochs) ended, "
        + "\(data.metrics.text(report.test)), \(Int(report.imagesPerSecond)) images/s")
  }

  private func isBetter(_ first: Measures, than second: Measures) -> Bool {
    let metric = data.metrics.main
    guard let first = first[metric], let second = second[metric] else { return false }
    return metric.isBetter(first, than: second)
  }

  private func reference(_ file: String, _ digest: String, _ report: EpochReport)
    -> RunRecord.CheckpointReference
  {
    .init(
      file: file, sha256: digest, epoch: report.epoch, measures: report.test)
  }

  private func details(_ epoch: Int) -> [String: String] {
    var details = [
      "suite": Suite.version, "run": plan.hash, "method": plan.methodName,
      "setting": plan.setting.id, "budget": plan.budget.name, "epoch": String(epoch),
      "dataset": plan.data.id, "dataset_test_sha256": plan.data.hashes["test"] ?? "",
    ]
    details[ModelCheckpoint.sizeKey] = plan.extent.imageSize.map(String.init)
    details[ModelCheckpoint.classNamesKey] = data.classNames?.joined(separator: "\n")
    if let measured = data.measured { details.merge(measured.header) { $1 } }
    // The teacher is named, not stored.
    details["teacher_sha256"] = record.teacher?.checkpointHash
    return details
  }
}
