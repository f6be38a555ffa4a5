import DurableFiles
import Foundation
import JSON
import Randomness
import Results
import Testing

/// Run folders as a machine leaves them, and what users do to them.
struct ScreeningTests {
  /// A finished record whose hash and epochs are whole.
  private func whole(
    _ method: String, _ seed: UInt64, _ error: Double, commit: String = "0123", dirty: Bool = false
  ) -> RunRecord {
    var record = makeRecord(
      method: method, seed: seed, error: error,
      configuration: ["recipe": .object(["epochs": .integer(2)])])
    record.configurationHash = Digest.sha256(Data(record.configuration.canonical.utf8))
    record.epochs = [error + 20, error].enumerated().map { epoch, error in
      RunRecord.Epoch(
        epoch: epoch, learningRate: 0.1, losses: ["ofd": 1], gradientNorms: ["ofd": 1],
        measures: [.top1Error: error, .top5Error: 10], seconds: 1, imagesPerSecond: 1)
    }
    record.last?.epoch = 1
    record.suite = .init(version: "0.1.0", commit: commit, dirty: dirty)
    return record
  }

  private func reasons(_ records: [RunRecord]) -> [String] {
    Screening(records).excluded.map(\.reason)
  }

  @Test("whole records count, whatever their order")
  func whole() {
    let records = (0..<4).map { whole("ofd", $0, 24) }
    #expect(Screening(records).records.count == 4 && reasons(records).isEmpty)
    #expect(Screening(records).records == Screening(records.reversed()).records)
  }

  @Test("a record that was edited, cut or is of another layout is named and does not count")
  func faults() {
    var changed = whole("ofd", 0, 24)
    changed.configuration = .object(["method": "ofd"])
    var result = whole("ofd", 1, 24)
    result.last?.measures[.top1Error] = 20
    var cut = whole("ofd", 2, 24)
    cut.epochs.removeFirst()
    var short = whole("ofd", 3, 24)
    short.epochs.removeLast()
    short.last?.epoch = 0
    short.last?.measures = short.epochs[0].measures
    var old = whole("ofd", 4, 24)
    old.schemaVersion = 2
    for (record, word) in [
      (changed, "configuration was changed"), (result, "edited"), (cut, "not whole"),
      (short, "1 of 2 epochs"), (old, "layout is 2"),
    ] {
      #expect(Screening([record]).records.isEmpty)
      #expect(reasons([record]).first?.contains(word) == true, "\(reasons([record]))")
    }
  }

  @Test("an evaluation that lacks bits for its images is named, and does not trap")
  func unsoundEvaluation() {
    var record = whole("ofd", 0, 24)
    record.evaluation = FinalEvaluation(
      checkpoint: "ef", images: 10_000, correct: Data([1]), predictions: "", choices: 2,
      constantPredictor: [:], calibrationError: 0, fidelity: nil, corruptions: [])
    #expect(reasons([record]).first?.contains("one bit for each") == true)
    record.evaluation?.images = -1
    #expect(reasons([record]).first?.contains("one bit for each") == true)
  }

  @Test("one run in two folders counts once, and not at all where its results differ")
  func doubles() {
    let first = whole("ofd", 0, 24)
    var again = first
    again.heartbeat = "later"
    #expect(Screening([first, again]).records.count == 1)
    again.epochs[1].measures[.top1Error] = 23
    again.last?.measures[.top1Error] = 23
    #expect(Screening([first, again]).records.isEmpty)
    #expect(reasons([first, again]).count == 2)
    var begun = first
    begun.status = .interrupted
    begun.epochs.removeLast()
    #expect(Screening([begun, first]).records == [first])
  }

  @Test("runs of a changed program do not count beside runs of an unchanged one")
  func changedProgram() {
    let clean = whole("ofd", 0, 24)
    let changed = whole("ofd", 1, 23, dirty: true)
    #expect(Screening([clean, changed]).records == [clean])
    #expect(Screening([changed]).records == [changed])
  }

  /// The pages of a directory of run folders.
  private func pages(_ runs: URL) throws -> [String] {
    let records = Screening(try RunCollection(under: runs).records).records
    let report = Report(description, records: records, references: [])
    let claim = Claim(
      "claim", "A sentence.", source: "somewhere", table: "table2", settings: ["c"],
      test: .better(.method("london"), than: .method("ofd"), by: .result), command: { _ in "" })
    let ledger = Ledger([claim], reports: [report], records: records, decisive: ["full"])
    return [report.markdown, report.json, report.csv, ledger.json, ledger.text]
  }

  @Test(
    "no byte of a report changes when run folders are renamed, permuted or exported",
    arguments: 0..<5)
  func renaming(_ round: UInt64) throws {
    var stream = RandomStream(seed: round, purpose: .subset)
    var records: [RunRecord] = []
    for method in ["london", "ofd", "kd", "student"] {
      for seed in 0..<UInt64(3 + stream.integer(below: 4)) {
        let error = 24 + Double(stream.integer(below: 200)) / 100
        records.append(whole(method, seed, error, dirty: stream.integer(below: 8) == 0))
      }
    }
    // Doubles, equal and unequal.
    records.append(records[0])
    var unequal = records[1]
    unequal.epochs[1].measures[.top1Error] = 1
    unequal.last?.measures[.top1Error] = 1
    records.append(unequal)
    func written() throws -> URL {
      let runs = try temporaryDirectory()
      for (place, index) in stream.permutation(of: records.count).enumerated() {
        let folder = runs.appendingPathComponent("\(stream.integer(below: 1000))-\(place)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try records[index].write(to: folder.appendingPathComponent("record.json"))
      }
      return runs
    }
    let first = try written()
    let expected = try pages(first)
    #expect(expected[0].contains("london"))
    #expect(try pages(written()) == expected)
    let exported = try temporaryDirectory()
    _ = try RunCollection(under: first).export(to: exported)
    #expect(try pages(exported) == expected)
  }

  @Test("an evaluation of another checkpoint is none, a damaged one is named")
  func evaluation() throws {
    let folder = try temporaryDirectory().appendingPathComponent("run")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let record = whole("ofd", 0, 50)
    try record.write(to: folder.appendingPathComponent("record.json"))
    var evaluation = FinalEvaluation(
      checkpoint: "ef", images: 8, correct: Data([0b1111]), predictions: "aa", choices: 7,
      constantPredictor: [.top1Error: 99], calibrationError: 3, fidelity: nil, corruptions: [])
    let file = folder.appendingPathComponent("evaluation.json")
    func read(_ evaluation: FinalEvaluation) throws -> RunRecord? {
      try JSONEncoder().encode(evaluation).write(to: file)
      return try RunFolder.readRecord(in: folder)
    }
    let found = try read(evaluation)
    #expect(found?.evaluation == evaluation && found?.fault == nil)
    #expect(evaluation.isCorrect(3) && !evaluation.isCorrect(4))
    evaluation.correct = Data([0b0111])
    #expect(try read(evaluation)?.fault?.contains("do not add up") == true)
    evaluation.checkpoint = "other"
    #expect(try read(evaluation)?.evaluation == nil)
    evaluation.images = 99
    #expect(throws: ResultsError.self) { try read(evaluation) }
  }
}
