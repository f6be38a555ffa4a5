import Datasets
import Experiments
import Foundation
import Measuring
import Results
import Testing
import Training
import UserErrors

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

  private func inDirectory<Output>(_ body: (URL) throws -> Output) throws -> Output {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { _ = try? FileManager.default.removeItem(at: url) }  // What stays behind harms no one.
    return try body(url)
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
    let straight = try inDirectory { runs in
      let options = RunOptions(runs: runs, command: "test")
      _ = try TableRunner(plan, data: data, options: options).run(stop: StopRequest())
      return try checkpoints(plan, runs)
    }
    let (resumed, stops) = try inDirectory { runs in
      let options = RunOptions(runs: runs, command: "test")
      var stops = 0
      while true {
        let stop = StopRequest()
        let delay = 0.2 + 0.13 * Double(stops % 7)
        Thread.detachNewThread {
          Thread.sleep(forTimeInterval: delay)
          stop.set()
        }
        let outcome = try TableRunner(plan, data: data, options: options).run(stop: stop)
        if case .finished = outcome { break }
        stops += 1
      }
      return (try checkpoints(plan, runs), stops)
    }
    #expect(stops > 3)
    #expect(resumed == straight)
  }

  @Test("a teacher from a file is measured first, named in the records, and teaches")
  func givenTeacher() throws {
    let data = try data()
    try inDirectory { runs in
      let options = RunOptions(runs: runs, command: "test")
      var chosen = try selection([Method(.kd)], .equal)
      let own = TablePlan(chosen, data: data.reference)
      _ = try TableRunner(own, data: data, options: options).run(stop: StopRequest())
      let teacher = try #require(own.runs.first)
      let file = runs.appendingPathComponent("\(teacher.folderName)/last.lskd")
      let request = try TableRequest(
        settings: "c", methods: "kd", seeds: "0", trainingProtocol: .equal, budget: .smoke,
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
    try inDirectory { runs in
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
    try inDirectory { runs in
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
