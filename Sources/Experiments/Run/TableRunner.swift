import Foundation
import Measuring
public import Results
public import Training

/// Runs a plan: teachers first, finished runs are skipped, interrupted ones go on.
public struct TableRunner {
  /// How a table ended.
  public enum Outcome: Sendable {
    /// Nothing more will come of any run: the records of those that finished or diverged, in the plan's order.
    case finished([RunRecord])
    /// A stop was requested; the folder of a run that was stopped, if one was.
    case interrupted(folder: String?)
  }

  private let plan: TablePlan
  private let data: any RunData
  private let options: RunOptions

  /// Prepares the runs of `plan` on `data`.
  public init(_ plan: TablePlan, data: any RunData, options: RunOptions) {
    self.plan = plan
    self.data = data
    self.options = options
  }

  /// Whether a run's folder says that it is done.
  public static func isFinished(_ run: RunPlan, _ options: RunOptions) throws -> Bool {
    try run.withTeacher(in: options.runs).finishedRecord(in: options.runs) != nil
  }

  /// Carries all runs out: those that can learn side by side together, the others one after the other. A worker leaves what
  /// others have claimed to them, and waits until nothing is left.
  public func run(stop: StopRequest) throws -> Outcome {
    let progress = options.leads ? options.progress : Silence()
    if options.leads {
      let cost = RunCost(data)
      try RunRequests.note(
        plan.runs.map { run in
          var record = RunRecord(run, metrics: data.metrics, options)
          record.operations = try cost.operations(run)
          return record
        }, under: options.runs)
    }
    // Both by the plans as they were before their teachers were known; replicas that follow have no records.
    var records: [String: RunRecord] = [:]
    var settled: Set<String> = []
    var checkedTeachers: Set<String> = []
    let given = try givenTeacher(progress)
    /// The run in its folder; nil where it was done before.
    func executor(_ index: Int) throws -> RunExecutor? {
      let planned = plan.runs[index]
      let title = "[\(index + 1)/\(plan.runs.count)] \(planned.title)"
      var run = planned
      let teacher = planned.teacher.flatMap { records[$0.hash] }
      if planned.teacher != nil {
        run.teacherCheckpoint = try options.leaderTells(digest: teacher?.last?.sha256)
      }
      let finished = try options.leads ? run.doneRecord(in: options.runs, options.worker) : nil
      if try options.leaderDecides(finished != nil) {
        if options.worker == nil { progress.line("\(title): finished before") }
        records[planned.hash] = finished
        settled.insert(planned.hash)
        if let finished { try makeUp(finished, of: run, title, progress) }
        return nil
      }
      if options.leads, let plan = planned.teacher, let teacher,
        checkedTeachers.insert(plan.hash).inserted
      {
        try plan.checkCheckpoint(teacher, in: options.runs)
      }
      let executor = try RunExecutor(
        run, data: data, options: options,
        teacher: run.teacherFile == nil ? teacher?.asTeacher : given, title: title,
        progress: progress)
      // Another process may have finished it between the look at its record and the claim.
      if try options.leaderDecides(executor.finishedRecord != nil) {
        progress.line("\(title): finished by another process")
        records[planned.hash] = executor.finishedRecord
        settled.insert(planned.hash)
        return nil
      }
      return executor
    }
    /// The same, or nil where another worker has it.
    func claimed(_ index: Int) throws -> RunExecutor? {
      do { return try executor(index) } catch let error as ResultsError
        where error.code == .claimed && options.worker != nil
      { return nil }
    }
    while true {
      var isStuck = true
      for index in plan.runs.indices where !settled.contains(plan.runs[index].hash) {
        // A worker may come here before the teacher is done.
        guard plan.runs[index].teacher.map({ settled.contains($0.hash) }) ?? true,
          let first = try claimed(index)
        else { continue }
        isStuck = false
        var cohort = RunCohort(first, of: plan.runs[index])
        let largest = largestCohort(besides: settled.count)
        let companions = plan.companions(
          of: index, atMost: largest - 1, isOpen: { !settled.contains($0.hash) },
          isDone: { settled.contains($0.hash) })
        for later in companions {
          if let next = try claimed(later) { cohort.add(next, of: plan.runs[later]) }
        }
        for (planned, executor) in try cohort.run(stop: stop, progress: progress) {
          guard executor.record.status.isSettled else {
            return .interrupted(folder: executor.folderName)
          }
          records[planned.hash] = executor.record
          settled.insert(planned.hash)
        }
      }
      guard plan.runs.contains(where: { !settled.contains($0.hash) }) else { break }
      if stop.isSet { return .interrupted(folder: nil) }
      if isStuck { Thread.sleep(forTimeInterval: Self.secondsOfWaiting) }
    }
    return .finished(plan.runs.compactMap { records[$0.hash] })
  }

  /// How long a worker waits before it looks again at what others have.
  private static let secondsOfWaiting = 1.0

  private func largestCohort(besides done: Int) -> Int {
    guard options.replicas == nil else { return 1 }
    let share = options.worker?.largestCohort(of: plan.runs.count - done)
    return min(options.largestCohort, share ?? options.largestCohort)
  }

  /// Evaluates a run that was finished without, where its checkpoint is there and nobody else is at it.
  private func makeUp(
    _ record: RunRecord, of run: RunPlan, _ title: String, _ progress: any RunProgress
  ) throws {
    let folder = RunFolder(following: run.folder(in: options.runs))
    guard options.leads, record.evaluation == nil,
      FileManager.default.fileExists(atPath: folder.last.path)
    else { return }
    do {
      let executor = try RunExecutor(
        run, data: data, options: options, teacher: record.teacher, title: title,
        progress: progress)
      if try executor.evaluate() { progress.line("\(title): evaluated image by image") }
    } catch let error as ResultsError where error.code == .claimed { return }
  }

  /// Measures the teacher from a file before anything is distilled; nil where no run has one.
  private func givenTeacher(_ progress: any RunProgress) throws -> RunRecord.Teacher? {
    let file = plan.runs.compactMap(\.teacherFile).first
    let pending = try plan.runs.contains { run in
      try run.teacherFile != nil && !Self.isFinished(run, options)
    }
    guard let file, pending else { return nil }
    let checkpoint = try ModelCheckpoint(
      contentsOf: file.url, device: options.place.device, layout: options.place.layout)
    guard checkpoint.sha256 == file.sha256 else {
      throw ForeignCheckpoint(
        description:
          "the teacher \(file.url.path) has changed since the command began: start it anew")
    }
    let measures = try checkpoint.measured { try data.evaluator.measure($0, on: .test) }
    progress.line(
      "teacher \(file.url.path) (\(file.network)): measured \(data.metrics.text(measures))")
    return RunRecord.Teacher(fileHash: file.sha256, measures: measures)
  }
}

extension RunPlan {
  /// The run in progress lines.
  fileprivate var title: String {
    "\(setting.id) \(methodName) seed \(seed)"
      + (teacher == nil || teacherSeed == 0 ? "" : " teacher \(teacherSeed)")
  }

  /// The record of a run with which nothing is left to do; nil for one that is not.
  fileprivate func doneRecord(in runs: URL, _ worker: Worker?) throws -> RunRecord? {
    let record = try record(in: runs)
    return record.flatMap { $0.isDone(for: worker) ? $0 : nil }
  }

  /// The record of a run that is finished; nil for one that is not.
  func finishedRecord(in runs: URL) throws -> RunRecord? {
    let record = try record(in: runs)
    return record?.status == .finished ? record : nil
  }
}

extension RunRecord {
  /// Whether nothing is left to do; for a worker that is also a student that has diverged since its command began.
  func isDone(for worker: Worker?) -> Bool {
    let hasDiverged = status == .diverged && subject.role == .student
    return status == .finished || hasDiverged && worker.map { heartbeat >= $0.since } ?? false
  }

  /// The result of a teacher's run as its students' records name it.
  fileprivate var asTeacher: Teacher? {
    last.map {
      Teacher(
        configurationHash: configurationHash, checkpointHash: $0.sha256, measures: $0.measures)
    }
  }
}
