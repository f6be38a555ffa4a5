import CheckpointFormat
import Datasets
import Distillation
import DurableFiles
import Foundation
import JSON
import Measuring
package import Results
import TensorCore
import Training
import UserErrors

/// Carries one run out in its folder: trains, keeps the record, the events and the checkpoints.
public final class RunExecutor {
  let plan: RunPlan
  let data: any RunData
  let options: RunOptions
  let folder: RunFolder
  let progress: any RunProgress
  let title: String
  var record: RunRecord
  /// What the folder holds.
  private var written: RunRecord?
  /// The record of a run that another process finished before the folder was claimed.
  package var finishedRecord: RunRecord? {
    written.flatMap { $0.isDone(for: options.worker) ? $0 : nil }
  }
  /// The name of the run's folder.
  var folderName: String { plan.folderName }
  var events: EventLog?
  var tensorBoard: TensorBoardFile?
  var objective: (any Objective)?
  private var started = ContinuousClock.now
  private var secondsBefore = 0.0
  /// What part of the time that passes is the run's own: its share of a cohort's.
  private var share = 1.0

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
    record.testImages = data.testCount
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

  /// Makes the networks and what trains them; `shared` is a teacher that several runs look through, `share` the run's part of
  /// their time.
  func start(shared: TeacherPass?, share: Double) throws -> Cohort.Member {
    started = .now
    self.share = share
    Machine.restartPeakMemory(of: options.place.device)
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
      if record.status == .finished {
        let constant = try data.evaluator.constantPredictor()
        record.constantPredictor = constant.isEmpty ? nil : constant
      }
      try write()
      if record.status == .finished { try removeResumeFile() }
    } catch {
      try fail(error)
      // A student that diverges is a result; the others do not depend on it.
      guard error.isDivergence && plan.method != nil else { throw error }
      progress.line("\(title): diverged, \(error)")
    }
    objective = nil
    // A training that is finished stays so, whatever becomes of its evaluation: the same command makes up for it.
    if record.status == .finished { try evaluate() }
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

  func write() throws {
    guard options.leads else { return }
    record.wallSeconds = secondsBefore + share * started.duration(to: .now).seconds
    record.peakMemoryBytes = max(
      record.peakMemoryBytes, Machine.peakMemory(of: options.place.device))
    record.heartbeat = ISO8601DateFormatter().string(from: Date())
    if record.status != .failed { try events?.flush() }
    try record.write(to: folder.record)
    written = record
  }
}
