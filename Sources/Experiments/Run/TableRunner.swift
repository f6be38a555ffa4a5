public import Results
public import Training

/// Runs a plan: teachers first, finished runs are skipped, interrupted ones go on.
public struct TableRunner {
  /// How a table ended.
  public enum Outcome: Sendable {
    /// Every run is done: the records of the finished ones in the plan's order, and a sentence for each one that
    /// diverged.
    case finished([RunRecord], diverged: [String])
    /// A stop was requested.
    case interrupted(folder: String)
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
    try finishedRecord(run, options) != nil
  }

  private static func finishedRecord(_ run: RunPlan, _ options: RunOptions) throws -> RunRecord? {
    let folder = options.runs.appendingPathComponent(run.folderName)
    let record = try RunFolder.readRecord(in: folder)
    return record?.status == .finished ? record : nil
  }

  /// Carries all runs out, one after the other.
  public func run(stop: StopRequest) throws -> Outcome {
    let progress = options.leads ? options.progress : Silence()
    var records: [String: RunRecord] = [:]
    var diverged: [String] = []
    let given = try givenTeacher(progress)
    for (index, run) in plan.runs.enumerated() {
      let title =
        "[\(index + 1)/\(plan.runs.count)] \(run.setting.id) \(run.methodName) seed \(run.seed)"
      let finished = try options.leads ? Self.finishedRecord(run, options) : nil
      if try options.leaderDecides(finished != nil) {
        progress.line("\(title): finished before")
        records[run.hash] = finished
        continue
      }
      let teacher =
        run.teacherFile == nil ? run.teacher.flatMap { records[$0.hash]?.asTeacher } : given
      let executor = try RunExecutor(
        run, data: data, options: options, teacher: teacher, title: title, progress: progress)
      let record: RunRecord
      do { record = try executor.run(stop: stop) } catch let error as TrainingError {
        // A student that diverges is a result; the others do not depend on it.
        guard error.isDivergence, run.method != nil else { throw error }
        progress.line("\(title): diverged, \(error)")
        diverged.append("\(run.folderName): \(error)")
        continue
      }
      guard record.status == .finished else { return .interrupted(folder: run.folderName) }
      records[run.hash] = record
    }
    return .finished(plan.runs.compactMap { records[$0.hash] }, diverged: diverged)
  }

  /// Measures the teacher from a file before anything is distilled; nil where no run has one.
  private func givenTeacher(_ progress: any RunProgress) throws -> RunRecord.Teacher? {
    let file = plan.runs.compactMap(\.teacherFile).first
    let pending = try plan.runs.contains { run in
      try run.teacherFile != nil && !Self.isFinished(run, options)
    }
    guard let file, pending else { return nil }
    let checkpoint = try ModelCheckpoint(
      contentsOf: file.url, device: options.device, layout: options.layout)
    let measures = try data.evaluator.measure(checkpoint.network, on: .test)
    progress.line(
      "teacher \(file.url.path) (\(file.network)): measured \(data.metrics.text(measures))")
    return RunRecord.Teacher(fileHash: file.sha256, measures: measures)
  }
}

extension RunRecord {
  /// The result of a teacher's run as its students' records name it.
  fileprivate var asTeacher: Teacher? {
    last.map {
      Teacher(
        configurationHash: configurationHash, checkpointHash: $0.sha256, measures: $0.measures)
    }
  }
}
