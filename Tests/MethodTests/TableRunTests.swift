import CheckpointFormat
import Datasets
import Experiments
import Foundation
import Measuring
import ModelZoo
import NeuralNet
import Results
import Synchronization
import TestSupport
import Testing
import Training
import UserErrors

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
      table: .table2, settings: [try Setting("c")], methods: methods, seeds: [0],
      trainingProtocol: trainingProtocol, budget: .smoke)
  }

  /// The last checkpoint of every run.
  private func checkpoints(_ plan: TablePlan, _ runs: URL) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for run in plan.runs {
      let folder = try run.withTeacher(in: runs).folderName
      files[folder] = try Data(contentsOf: runs.appendingPathComponent("\(folder)/last.lskd"))
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
      try selection([Method(.ft), try Method(named: "crd"), .london], trainingProtocol),
      data: data.reference)
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

  @Test("a teacher from a file whose taps are not the student's is refused before anything runs")
  func teacherOfOtherTaps() throws {
    try inTemporaryDirectory { runs in
      let architecture = try Architecture("imagenet-resnet-18-narrow16")
      let file = runs.appendingPathComponent("teacher.lskd")
      _ = try ModelCheckpoint.write(
        try architecture.makeNetwork(classCount: 100, store: ParameterStore(seed: 0)),
        architecture, pipeline: .cifar100, measures: [:], details: [:], to: file)
      let request = try TableRequest(
        .table2, settings: "c", methods: "at", seeds: "0", trainingProtocol: .equal, budget: .smoke,
        teacher: file.path)
      #expect {
        try TableJob(
          request, data: DataRequest(), options: RunOptions(runs: runs, command: "test"))
      } throws: { "\($0)".contains("has 4 feature taps") && ($0 as? UsageError)?.exitCode == 2 }
    }
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
        .table2, settings: "c", methods: "kd", seeds: "0", trainingProtocol: .equal, budget: .smoke,
        teacher: file.path)
      chosen.teacherFile = request.selection.teacherFile
      let plan = TablePlan(chosen, data: data.reference)
      #expect(plan.runs.count == 1)
      let outcome = try TableRunner(plan, data: data, options: options).run(stop: StopRequest())
      guard case .finished(let records) = outcome else { throw UsageError("stopped") }
      let record = try #require(records.first)
      let known = try #require(try RunFolder.readRecord(in: file.deletingLastPathComponent()))
      #expect(record.teacher?.checkpointHash == known.last?.sha256)
      #expect(record.teacher?.measures == known.last?.measures)
      // The same teacher by another way: another run, the same student.
      let student = try #require(own.runs.last)
      let given = try #require(plan.runs.last)
      let states = try [student, given].map {
        let folder = try $0.withTeacher(in: runs).folderName
        let file = runs.appendingPathComponent("\(folder)/last.lskd")
        return try ModelCheckpoint(contentsOf: file).network.store.state().map(\.bytes)
      }
      #expect(states[0] == states[1])
      #expect(try record.configurationHash != student.withTeacher(in: runs).hash)
    }
  }

  /// Gives every open trial an end until none is left; a trial without a result has diverged. Returns what was chosen.
  private func settle(
    _ selection: TablePlan.Selection, _ data: CIFARSource, _ options: RunOptions,
    _ result: (RunPlan) -> Double?
  ) throws -> TablePlan.Weights {
    while true {
      let trials = try Trials(for: selection, data: data.reference, runs: options.runs)
      if trials.open.isEmpty { return trials.weights }
      for trial in trials.open {
        var record = RunRecord(trial, metrics: .classification, options)
        record.status = .diverged
        if let error = result(trial) {
          record.status = .finished
          record.last = .init(
            file: "last.lskd", sha256: "", epoch: 0,
            measures: [.top1Error: error, .top5Error: 0])
        }
        let folder = try RunFolder(options.runs.appendingPathComponent(trial.folderName))
        try record.write(to: folder.record)
      }
    }
  }

  @Test(
    "the best trial chooses a weight; an edge widens the grid, and the term is tried beside the chosen loss"
  )
  func tuned() throws {
    let data = try data().forTuning()
    try inTemporaryDirectory { runs in
      let options = RunOptions(runs: runs, command: "test")
      var chosen = try selection([Method(.kd), .london, .londonReleased], .equal)
      let open = try Trials(for: chosen, data: data.reference, runs: runs)
      #expect(open.weights.isEmpty && open.open.count == 6 && open.settled.isEmpty)
      var besides: Set<Double> = []
      let weights = try settle(chosen, data, options) { trial in
        switch (trial.method, trial.alphaChoice?.value) {
        case (.london, let alpha?):
          besides.insert(trial.lossWeight ?? 0)
          return alpha == 0 ? 23 : alpha == 1 ? nil : 22
        case (Method(.ofd), _): return abs(log(trial.lossWeight ?? 1) - log(0.004))
        default: return trial.lossWeight == 0.9 ? 20 : 30
        }
      }
      let weight = { (method: Method) in weights[.init(setting: "c", method: method)] }
      #expect(weight(Method(.kd))?.value == 0.9)
      #expect(weight(Method(.ofd))?.value == 0.004)
      #expect(weight(Method(.ofd))?.source == .tuned(trials: 4, isEdge: false))
      // Of equals the smaller; 1 diverged; both forms of LONDON alike.
      #expect(besides == [0.004])
      #expect(weight(.london)?.value == 0.0625)
      #expect(weight(.london) == weight(.londonReleased))
      let plan = TablePlan(chosen, data: data.reference, weights: weights)
      let london = try #require(plan.runs.first { $0.method == .london })
      #expect(london.alpha == 0.0625 && london.lossWeight == 0.004)
      #expect(london.deviations.contains { $0.text.contains("best of 4") })
      let beside = TablePlan(
        try selection([Method(.kd, .differentiable)], .equal), data: data.reference,
        weights: weights)
      #expect(beside.runs.last?.lossWeight == 0.9)
      #expect(beside.runs.last?.alpha == 0.25)
      // Whatever seeds a table has, its seed 1 is the same run.
      func seedOne(_ seeds: [UInt64]) throws -> [String] {
        chosen.seeds = seeds
        let found = try Trials(for: chosen, data: data.reference, runs: runs)
        #expect(found.open.isEmpty)
        return TablePlan(chosen, data: data.reference, weights: found.weights).runs
          .filter { $0.seed == 1 }.map(\.hash)
      }
      #expect(try seedOne([0, 1]) == seedOne([1]))
      let released = try Trials(
        for: selection([Method(.kd)], .released), data: data.reference, runs: runs)
      #expect(released.weights.isEmpty && released.open.isEmpty)
    }
  }

  @Test("a teacher whose file is not the one of its record teaches nobody")
  func changedTeacher() throws {
    let data = try data()
    try inTemporaryDirectory { runs in
      let options = RunOptions(runs: runs, command: "test")
      let first = TablePlan(try selection([Method(.kd)], .equal), data: data.reference)
      _ = try TableRunner(first, data: data, options: options).run(stop: StopRequest())
      let teacher = try #require(first.runs.first)
      let file = runs.appendingPathComponent("\(teacher.folderName)/last.lskd")
      let student = try #require(
        try FileManager.default.contentsOfDirectory(atPath: runs.path)
          .first { $0.hasPrefix("table2-c-kd") })
      let record = try #require(
        try RunFolder.readRecord(in: runs.appendingPathComponent(student)))
      let digest = try ModelCheckpoint(contentsOf: file).sha256
      #expect(record.configuration[RunRecord.teacherMember] == .string(digest))
      try Data(contentsOf: runs.appendingPathComponent("\(student)/last.lskd")).write(to: file)
      let second = TablePlan(try selection([Method(.at)], .equal), data: data.reference)
      #expect {
        _ = try TableRunner(second, data: data, options: options).run(stop: StopRequest())
      } throws: {
        "\($0)".contains("is not the one that its record tells of")
      }
    }
  }

  @Test("a form of the Lipschitz term in other units starts with a gradient as long as the paper's")
  func matched() throws {
    let data = try data()
    try inTemporaryDirectory { runs in
      var chosen = try selection([.london], .equal)
      chosen.variants = [.ratio, .batchMatrix]
      let plan = TablePlan(chosen, data: data.reference)
      let outcome = try TableRunner(
        plan, data: data, options: RunOptions(runs: runs, command: "test")
      ).run(stop: StopRequest())
      guard case .finished(let records) = outcome else { throw UsageError("stopped") }
      let students = records.filter { $0.subject.role == .student }
      let norms = students.compactMap { $0.epochs.first?.gradientNorms["lipschitz"] }
      #expect(norms.count == 3)
      for norm in norms { #expect(abs(norm / norms[0] - 1) < 1e-3) }
      #expect(students.map { $0.subject.weights.match != nil } == [false, true, true])
      #expect(students.allSatisfy { $0.subject.weights.alpha == 0.25 })
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
      guard case .finished(let records) = outcome else { throw UsageError("stopped") }
      #expect(
        records.map(\.method) == ["teacher", "kd", "london alpha=1e+30", "london share=0.1"])
      let bad = try #require(records.first { $0.status == .diverged })
      #expect(bad.subject.guidance?.variant?.parameter == "alpha")
      #expect(bad.message?.contains("became") == true)
      let known = try RunCollection(under: runs).records
      #expect(known.contains { $0.configurationHash == bad.configurationHash })
    }
  }

  @Test("a student whose answers are no numbers has diverged, and the table goes on")
  func divergesWhenMeasured() throws {
    let data = try data()
    try inTemporaryDirectory { runs in
      let plan = TablePlan(try selection([Method(.kd), Method(.at)], .equal), data: data.reference)
      var options = RunOptions(runs: runs, command: "test")
      let stop = StopRequest()
      options.progress = StopAfter(1, updatesOf: "kd", stop)
      guard
        case .interrupted(let bad?) = try TableRunner(plan, data: data, options: options)
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
      guard case .finished(let records) = outcome else { throw UsageError("stopped") }
      #expect(records.map(\.method) == ["teacher", "kd", "at"])
      #expect(records.map(\.status) == [.finished, .diverged, .finished])
      let record = try #require(try RunFolder.readRecord(in: folder))
      #expect(record == records[1])
      #expect(record.message?.contains("are not finite after step") == true)
    }
  }

  @Test("the claim of a folder tells of a run that another process has finished")
  func finishedBehindTheLock() throws {
    let data = try data()
    try inTemporaryDirectory { runs in
      let options = RunOptions(runs: runs, command: "test")
      let plan = TablePlan(try selection([Method(.student)], .equal), data: data.reference)
      _ = try TableRunner(plan, data: data, options: options).run(stop: StopRequest())
      let run = try #require(plan.runs.last)
      let folder = runs.appendingPathComponent(run.folderName)
      // The table looks at the record before it claims the folder; this is what comes behind the look.
      let executor = try RunExecutor(
        run, data: data, options: options, teacher: nil, title: "", progress: options.progress)
      let known = try #require(try RunFolder.readRecord(in: folder))
      #expect(executor.finishedRecord == known)
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
    let json = try NetworkCounts(.table1).json
    let table = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    let rows = try #require(table?["settings"] as? [[String: Any]])
    #expect(rows.count == 6)
    for row in rows {
      for role in ["teacher", "student"] {
        let network = try #require(row[role] as? [String: Any])
        let count = try #require(network["parameters"] as? Int)
        let cell = PaperTable.table1.references.first {
          $0.setting == row["setting"] as? String && $0.column == "\(role) parameters"
        }
        // The source cuts 1.479 to 1.47.
        #expect(
          abs(Double(count) / 1e6 - (try #require(cell?.printed.flatMap { Double($0) }))) < 0.01)
      }
    }
  }
}
