import DurableFiles
import Foundation
import JSON
import Results
import Testing

/// Directories of run folders: what holds, where runs stand, and how they come together.
struct RunDirectoryTests {
  private func record(_ seed: UInt64, _ status: RunRecord.Status = .finished) -> RunRecord {
    var record = makeRecord(
      method: "ofd", seed: seed, error: 24,
      configuration: ["recipe": .object(["epochs": .integer(2)])])
    record.configurationHash = Digest.sha256(Data(record.configuration.canonical.utf8))
    let errors = status == .finished ? [44.0, 24] : [44.0]
    record.epochs = errors.enumerated().map { epoch, error in
      RunRecord.Epoch(
        epoch: epoch, learningRate: 0.1, losses: [:], gradientNorms: [:],
        measures: [.top1Error: error, .top5Error: 10], seconds: 1, imagesPerSecond: 1)
    }
    record.status = status
    record.last?.epoch = record.epochs.count - 1
    record.last?.measures = record.epochs[record.epochs.count - 1].measures
    record.last?.sha256 = Digest.sha256(Data("network".utf8))
    record.best = nil
    record.operations = 4e12
    record.wallSeconds = 100
    return record
  }

  @discardableResult
  private func write(_ record: RunRecord, _ name: String, _ runs: URL) throws -> URL {
    let folder = runs.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try record.write(to: folder.appendingPathComponent("record.json"))
    try Data("network".utf8).write(to: folder.appendingPathComponent("last.lskd"))
    let log = try EventLog(folder.appendingPathComponent("events.jsonl"), truncatingAfterStep: 0)
    for (index, epoch) in record.epochs.enumerated() {
      for step in 1...2 {
        try log.append(["event": "step", "step": .integer(2 * index + step)])
      }
      try log.append([
        "event": "epoch", "step": .integer(2 * index + 2),
        "test": .object([
          "top1_error": .number(epoch.measures[.top1Error] ?? 0),
          "top5_error": .number(epoch.measures[.top5Error] ?? 0),
        ]),
      ])
    }
    return folder
  }

  @Test("a whole run folder is at no fault, and each kind of damage has its sentence")
  func verification() throws {
    let runs = try temporaryDirectory()
    let folder = try write(record(0), "run", runs)
    #expect(RunFolderCheck(folder).faults.isEmpty)
    let events = folder.appendingPathComponent("events.jsonl")
    let lines = try String(contentsOf: events, encoding: .utf8)
    func faults(_ name: String, _ text: String) throws -> String {
      let file = folder.appendingPathComponent(name)
      let before = try Data(contentsOf: file)
      try Data(text.utf8).write(to: file)
      defer { try? before.write(to: file) }  // The next case begins with a whole folder.
      return RunFolderCheck(folder).faults.joined(separator: "; ")
    }
    #expect(try faults("last.lskd", "another").contains("not the one of the record"))
    #expect(
      try faults("events.jsonl", lines.replacing("44", with: "43")).contains(
        "not those of the record"))
    let gap = lines.split(separator: "\n").filter { !$0.contains("\"step\":2}") }
    #expect(
      try faults("events.jsonl", gap.joined(separator: "\n")).contains("from step 1 to step"))
    #expect(try faults("events.jsonl", "{").contains("cannot be read"))
    #expect(try faults("record.json", "{").contains("no run record"))
    try write(record(0), "again", runs)
    let checks = ["run", "again"].map { RunFolderCheck(runs.appendingPathComponent($0)) }
    #expect(RunFolderCheck.doubles(of: checks) == ["one run lies in several folders: again, run"])
    var other = record(1)
    other.environment.libtorch = "2.6.0"
    #expect(
      RunFolderCheck.drift(of: [record(0), other]).first?.contains("differ in libtorch") == true)
  }

  @Test("runs are done, running, dead or missing, with what is left of them")
  func status() throws {
    let runs = try temporaryDirectory()
    try write(record(0), "done", runs)
    let claimed = try RunFolder(try write(record(1, .running), "running", runs))
    try write(record(2, .running), "dead", runs)
    try RunRequests.note([record(0), record(3)], under: runs)
    let status = try RunStatus(under: runs)
    withExtendedLifetime(claimed) {}
    #expect(status.rows.map(\.state) == [.done, .running, .dead, .missing])
    // Half of two runs, and a whole one.
    #expect(status.rows.map(\.operationsLeft) == [0, 2e12, 2e12, 4e12])
    #expect(status.operationsPerSecond == 4e10)
    #expect(status.text.contains("left: 8.0 TFLOP, 0.06 hours"), "\(status.text)")
    #expect(try JSONValue(json: Array(status.json.utf8))["runs"]?.array?.count == 4)
  }

  @Test("runs of other machines are copied once, and nothing is written over")
  func merge() throws {
    let (here, there) = (try temporaryDirectory(), try temporaryDirectory())
    try write(record(0), "zero", here)
    try write(record(0), "zero", there)
    try write(record(1), "one", there)
    try write(record(2, .interrupted), "open", there)
    var edited = record(3)
    edited.last?.measures[.top1Error] = 1
    try write(edited, "edited", there)
    var unlike = record(4)
    try write(unlike, "four", here)
    unlike.epochs[1].measures[.top1Error] = 20
    unlike.last?.measures[.top1Error] = 20
    try write(unlike, "four", there)
    try RunRequests.note([record(5)], under: there)
    let before = try Data(contentsOf: here.appendingPathComponent("four/record.json"))
    let merge = try RunMerge([there], into: here)
    #expect(merge.copied == ["one"] && merge.known == ["zero"])
    #expect(merge.conflicts.count == 3, "\(merge.conflicts)")
    for word in ["open is interrupted", "it was edited", "four is another run"] {
      #expect(merge.conflicts.contains { $0.contains(word) }, "\(merge.conflicts)")
    }
    #expect(try Data(contentsOf: here.appendingPathComponent("four/record.json")) == before)
    #expect(RunFolderCheck(here.appendingPathComponent("one")).faults.isEmpty)
    #expect(try RunRequests.read(under: here).count == 1)
    #expect(try RunMerge([there], into: here).copied.isEmpty)
  }

  @Test("every record is exported under its folder's whole name, dots and all")
  func export() throws {
    let (runs, records) = (try temporaryDirectory(), try temporaryDirectory())
    let names = ["tune-weight=0.5-seed0-89083afc", "tune-weight=0.9-seed0-3b9bdcff", "plain"]
    for (seed, name) in names.enumerated() { try write(record(UInt64(seed)), name, runs) }
    let files = try RunCollection(under: runs).export(to: records)
    #expect(Set(files.map(\.lastPathComponent)) == Set(names.map { "\($0).json" }))
    #expect(
      try RunCollection(under: records).records.map(\.rootSeed).sorted() == [0, 1, 2])
    // The exported ones keep their names when they are exported again.
    let again = try RunCollection(under: records).export(to: try temporaryDirectory())
    #expect(Set(again.map(\.lastPathComponent)) == Set(files.map(\.lastPathComponent)))
  }

  @Test("a folder that is being copied is no run; one that somebody works in is not judged")
  func unfinishedFolders() throws {
    let runs = try temporaryDirectory()
    let folder = try write(record(0), "run", runs)
    try write(record(1), "run.17\(AtomicFile.temporaryEnding)", runs)
    #expect(try RunCollection(under: runs).records.count == 1)
    try Data("another".utf8).write(to: folder.appendingPathComponent("last.lskd"))
    #expect(RunFolderCheck(folder).faults.count == 1)
    let owner = try RunFolder(folder)
    #expect(RunFolderCheck(folder).faults.isEmpty && RunFolder.isClaimed(folder))
    withExtendedLifetime(owner) {}
  }

  @Test("status names records that cannot be read")
  func unreadable() throws {
    let runs = try temporaryDirectory()
    try write(record(0), "run", runs)
    try Data("{".utf8).write(
      to: try write(record(1), "bad", runs).appendingPathComponent("record.json"))
    let status = try RunStatus(under: runs)
    #expect(status.rows.count == 1 && status.unreadable.count == 1)
    #expect(status.text.contains("bad/record.json"))
  }
}
