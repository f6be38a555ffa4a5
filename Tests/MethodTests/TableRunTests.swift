import CheckpointFormat
import Datasets
import Experiments
import Foundation
import Results
import Synchronization
import TestSupport
import Testing
import Training

/// Asks for a stop after so many steps of the runs whose title has a word.
private final class StopAfter: RunProgress {
  private let left: Mutex<Int>
  private let word: String
  private let stop: StopRequest

  init(_ count: Int, updatesOf word: String, _ stop: StopRequest) {
    left = Mutex(count)
    self.word = word
    self.stop = stop
  }

  func update(_ text: () -> String) {
    guard word.isEmpty || text().split(separator: " ").contains(Substring(word)) else { return }
    let isLast = left.withLock { left in
      left -= 1
      return left <= 0
    }
    if isLast { stop.set() }
  }

  func line(_ text: String) {}
}

/// Whole tables on a few synthetic images.
@Suite(.serialized)
struct TableRunTests {
  private static let images = try? SyntheticCIFAR100(trainCount: 140, testCount: 20)

  private func data() throws -> CIFARSource {
    let images = try #require(Self.images)
    return CIFARSource(training: images.dataset(.train), test: images.dataset(.test))
  }

  private func selection(_ methods: [Method], _ trainingProtocol: TrainingProtocol) throws
    -> TablePlan.Selection
  {
    TablePlan.Selection(
      settings: [try Setting("c")], methods: methods, seeds: [0],
      trainingProtocol: trainingProtocol, budget: .smoke)
  }

  /// The last checkpoint of every run.
  private func checkpoints(_ plan: TablePlan, _ runs: URL) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for run in plan.runs {
      files[run.folderName] = try Data(
        contentsOf: runs.appendingPathComponent("\(run.folderName)/last.lskd"))
    }
    return files
  }

  @Test(
    "a table that is stopped again and again ends with the bytes of a straight one",
    arguments: TrainingProtocol.allCases)
  func resume(trainingProtocol: TrainingProtocol) throws {
    let data = try data()
    // A preparation, memories, and everything that LONDON has.
    let plan = TablePlan(
      try selection([Method(.ft), Method(.crd), .london], trainingProtocol), data: data.reference)
    let straight = try inTemporaryDirectory { runs in
      let options = RunOptions(runs: runs, command: "test")
      _ = try TableRunner(plan, data: data, options: options).run(stop: StopRequest())
      return try checkpoints(plan, runs)
    }
    let (resumed, stops) = try inTemporaryDirectory { runs in
      var options = RunOptions(runs: runs, command: "test")
      var stops = 0
      while true {
        let stop = StopRequest()
        // Unequal numbers of steps, so that stops fall within epochs, at their ends and into preparations.
        options.progress = StopAfter(5 + 3 * (stops % 5), updatesOf: "", stop)
        let outcome = try TableRunner(plan, data: data, options: options).run(stop: stop)
        if case .finished = outcome { break }
        stops += 1
      }
      return (try checkpoints(plan, runs), stops)
    }
    #expect(stops > plan.runs.count)
    #expect(resumed == straight)
  }

  @Test("a teacher from a file is measured first, named in the records, and teaches")
  func givenTeacher() throws {
    let data = try data()
    try inTemporaryDirectory { runs in
      let options = RunOptions(runs: runs, command: "test")
      var chosen = try selection([Method(.kd)], .equal)
      let own = TablePlan(chosen, data: data.reference)
      _ = try TableRunner(own, data: data, options: options).run(stop: StopRequest())
      let teacher = try #require(own.runs.first)
      let file = runs.appendingPathComponent("\(teacher.folderName)/last.lskd")
      let request = try TableRequest(
        settings: "c", methods: "kd", seeds: "0", trainingProtocol: "equal", budget: "smoke",
        teacher: file.path)
      chosen.teacherFile = request.selection.teacherFile
      let plan = TablePlan(chosen, data: data.reference)
      #expect(plan.runs.count == 1)
      let outcome = try TableRunner(plan, data: data, options: options).run(stop: StopRequest())
      guard case .finished(let records, _) = outcome else { throw UsageError("stopped") }
      let record = try #require(records.first)
      let known = try #require(try RunFolder.readRecord(in: file.deletingLastPathComponent()))
      #expect(record.teacher?.checkpointHash == known.last?.sha256)
      #expect(record.teacher?.measures == known.last?.measures)
      // The same teacher by another way: another run, the same student.
      let student = try #require(own.runs.last)
      let given = try #require(plan.runs.last)
      let states = try [student, given].map {
        let file = runs.appendingPathComponent("\($0.folderName)/last.lskd")
        return try ModelCheckpoint(contentsOf: file).network.store.state().map(\.bytes)
      }
      #expect(states[0] == states[1])
      #expect(record.configurationHash != student.hash)
    }
  }

  @Test("weights are taken from trials that are all finished, and from nothing less")
  func tuned() throws {
    let data = try data().forTuning()
    try inTemporaryDirectory { runs in
      let options = RunOptions(runs: runs, command: "test")
      let chosen = try selection([Method(.kd), .london, .londonReleased], .equal)
      let trials = TablePlan(trialsOf: chosen, data: data.reference).runs
        .filter { $0.method != nil }
      #expect(trials.count == 6)
      for (trial, error) in zip(trials, [30, 20, 20, 20, 25, 30.0]) {
        #expect(
          try TunedWeights.find(for: chosen, data: data.reference, options)[
            .init(
              setting: "c", method: .london)] == nil)
        var record = RunRecord(
          table: "tune", setting: "c", method: trial.methodName, protocolName: "equal",
          budget: "smoke", configuration: trial.configuration, configurationHash: trial.hash,
          deviations: trial.deviations, seeds: [:], dataset: "", datasetHashes: [:], teacher: nil,
          suite: .init(version: "", commit: "", dirty: false),
          environment: .init(
            libtorch: "", cpuModel: "", cpuFeatures: "", threads: 1, device: "cpu",
            precision: "", kernels: nil), command: "")
        record.status = .finished
        record.last = .init(
          file: "last.lskd", sha256: "", epoch: 0,
          measures: [.top1Error: error, .top5Error: 0])
        let folder = try RunFolder(runs.appendingPathComponent(trial.folderName))
        try record.write(to: folder.record)
      }
      let weights = try TunedWeights.find(for: chosen, data: data.reference, options)
      // Of equals the smaller; alpha a quarter of the released one; both forms of LONDON alike.
      #expect(weights[.init(setting: "c", method: Method(.kd))]?.value == 0.9)
      #expect(weights[.init(setting: "c", method: .london)]?.value == 0.0625)
      #expect(weights[.init(setting: "c", method: .londonReleased)]?.value == 0.0625)
      let plan = TablePlan(chosen, data: data.reference, weights: weights)
      let london = try #require(plan.runs.first { $0.method == .london })
      #expect(london.alpha == 0.0625)
      let beside = TablePlan(
        try selection([Method(.kd, .differentiable)], .equal), data: data.reference,
        weights: weights)
      #expect(beside.runs.last?.lossWeight == 0.9)
      #expect(beside.runs.last?.alpha == 0.25)
      #expect(london.deviations.contains { $0.contains("best of 3") })
      let released = try TunedWeights.find(
        for: selection([Method(.kd)], .released), data: data.reference, options)
      #expect(released.isEmpty)
    }
  }

  @Test("a student that diverges is recorded as failed, and the table goes on")
  func diverges() throws {
    let data = try data()
    try inTemporaryDirectory { runs in
      var chosen = try selection([Method(.kd)], .equal)
      chosen.variants = [.alpha(1e30), .share(0.1)]
      let plan = TablePlan(chosen, data: data.reference)
      let outcome = try TableRunner(
        plan, data: data, options: RunOptions(runs: runs, command: "test")
      ).run(stop: StopRequest())
      guard case .finished(let records, let diverged) = outcome else {
        throw UsageError("stopped")
      }
      #expect(records.map(\.method) == ["teacher", "kd", "london share=0.1"])
      #expect(diverged.count == 1)
      let bad = try #require(plan.runs.first { $0.variant == .alpha(1e30) })
      let folder = runs.appendingPathComponent(bad.folderName)
      let record = try #require(try RunFolder.readRecord(in: folder))
      #expect(record.status == .failed)
      #expect(record.message?.contains("became") == true)
    }
  }

  @Test("a student whose answers are no numbers is recorded as failed, and the table goes on")
  func divergesWhenMeasured() throws {
    let data = try data()
    try inTemporaryDirectory { runs in
      let plan = TablePlan(try selection([Method(.kd), Method(.at)], .equal), data: data.reference)
      var options = RunOptions(runs: runs, command: "test")
      let stop = StopRequest()
      options.progress = StopAfter(1, updatesOf: "kd", stop)
      guard
        case .interrupted(let bad) = try TableRunner(plan, data: data, options: options)
          .run(stop: stop)
      else { throw UsageError("not stopped") }
      // In training a norm takes the batch's statistics, which are finite.
      let folder = runs.appendingPathComponent(bad)
      let file = folder.appendingPathComponent("resume.lskd")
      var state = try Checkpoint(contentsOf: file)
      var spoilt = 0
      state.sections[.model] = state.sections[.model]?.map { tensor in
        guard tensor.name.hasSuffix("running_var") else { return tensor }
        spoilt += 1
        var tensor = tensor
        let values = [Float](repeating: .nan, count: tensor.bytes.count / 4)
        tensor.bytes = values.withUnsafeBytes { Data($0) }
        return tensor
      }
      #expect(spoilt > 0)
      try state.write(to: file)
      let outcome = try TableRunner(
        plan, data: data, options: RunOptions(runs: runs, command: "test")
      ).run(stop: StopRequest())
      guard case .finished(let records, let diverged) = outcome else {
        throw UsageError("stopped")
      }
      #expect(records.map(\.method) == ["teacher", "at"])
      #expect(diverged.count == 1)
      #expect(diverged.first?.hasPrefix("\(bad): the network's outputs") == true, "\(diverged)")
      let record = try #require(try RunFolder.readRecord(in: folder))
      #expect(record.status == .failed)
      #expect(record.message?.contains("are not finite after step") == true)
    }
  }

  @Test("a run that another process finished before the claim is not trained again")
  func finishedBehindTheLock() throws {
    let data = try data()
    try inTemporaryDirectory { runs in
      let options = RunOptions(runs: runs, command: "test")
      let plan = TablePlan(try selection([Method(.student)], .equal), data: data.reference)
      _ = try TableRunner(plan, data: data, options: options).run(stop: StopRequest())
      let run = try #require(plan.runs.last)
      let folder = runs.appendingPathComponent(run.folderName)
      func files() throws -> [String: Data] {
        Dictionary(
          uniqueKeysWithValues: try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .map { ($0, try Data(contentsOf: folder.appendingPathComponent($0))) })
      }
      let before = try files()
      // The table looks at the record before it claims the folder; this is what comes behind the look.
      let record = try RunExecutor(
        run, data: data, options: options, teacher: nil, title: "", progress: options.progress
      ).run(stop: StopRequest())
      #expect(try record == RunFolder.readRecord(in: folder))
      #expect(try files() == before)
    }
  }

  @Test("released recipes are those of the code that a method comes from, equal ones are one")
  func recipes() throws {
    let setting = try Setting("c")
    let recipe = { (method: Method, kind: TrainingProtocol) in
      Recipe(method, setting, kind, .full)
    }
    #expect(recipe(Method(.ft), .released).preparation?.epochs == 30)
    #expect(recipe(Method(.ft), .released).batchSize == 64)
    #expect(recipe(Method(.at), .released).epochs == 240)
    #expect(recipe(Method(.afd), .released).optimizer.weightDecay == 1e-4)
    #expect(recipe(.london, .released).schedule.dropEpochs == [100, 150, 175])
    #expect(recipe(.london, .equal).schedule == recipe(Method(.at), .equal).schedule)
    #expect(recipe(Method(.at), .equal).preparation == nil)
    #expect(Recipe(teacherOf: try Setting("e"), budget: .full).mixesImages)
    #expect(!Recipe(teacherOf: setting, budget: .full).mixesImages)
  }

  @Test("counted parameters are the published ones")
  func parameters() throws {
    let json = try SettingsTable(classCount: 100).json
    let table = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    let rows = try #require(table?["settings"] as? [[String: Any]])
    #expect(rows.count == 6)
    for row in rows {
      for role in ["teacher", "student"] {
        let network = try #require(row[role] as? [String: Any])
        let count = try #require(network["parameters"] as? Int)
        let cell = References.cells.first {
          $0.table == "table1" && $0.setting == row["setting"] as? String
            && $0.column == "\(role) parameters"
        }
        // The source cuts 1.479 to 1.47.
        #expect(abs(Double(count) / 1e6 - (try #require(cell?.value))) < 0.01)
      }
    }
  }
}
