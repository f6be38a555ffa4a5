import Foundation
import Results
import Testing

struct RunRecordTests {
  @Test("a record reads back as it was written")
  func roundTrip() throws {
    let file = try temporaryDirectory().appendingPathComponent("record.json")
    let record = makeRecord(method: "ofd", seed: 1, error: 24.08)
    try record.write(to: file)
    #expect(try RunRecord(contentsOf: file) == record)
  }

  @Test("a newer layout is refused by name and a damaged file too")
  func refusals() throws {
    let file = try temporaryDirectory().appendingPathComponent("record.json")
    try Data(#"{"schemaVersion": 99}"#.utf8).write(to: file)
    #expect { try RunRecord(contentsOf: file) } throws: {
      ($0 as? ResultsError)?.code == .newerVersion
    }
    try Data("{".utf8).write(to: file)
    #expect { try RunRecord(contentsOf: file) } throws: { ($0 as? ResultsError)?.code == .damaged }
  }

  @Test("a record of layout 1, with errors as members of their own, reads as one of today")
  func layoutOne() throws {
    let file = try temporaryDirectory().appendingPathComponent("record.json")
    var record = makeRecord(method: "ofd", seed: 1, error: 24.08)
    record.epochs = [
      .init(
        epoch: 0, learningRate: 0.1, losses: ["ce": 1], gradientNorms: [:],
        trainingMeasures: [.top1Error: 12], measures: [.top1Error: 24.08, .top5Error: 7],
        seconds: 1, imagesPerSecond: 2)
    ]
    record.schemaVersion = 1
    try record.write(to: file)
    var text = try String(contentsOf: file, encoding: .utf8)
      .replacingOccurrences(
        of: #""trainingMeasures"\s*:\s*\{\s*"top1Error"\s*:\s*12\s*\}"#,
        with: #""trainingTop1Error": 12"#, options: .regularExpression)
    // `"measures" : { "top1Error" : x, "top5Error" : y }` once stood without its braces.
    text = text.replacingOccurrences(
      of: #""measures"\s*:\s*\{([^}]*)\}"#, with: "$1", options: .regularExpression)
    #expect(!text.contains("easures"))
    try Data(text.utf8).write(to: file)
    let old = try RunRecord(contentsOf: file)
    #expect(old == record)
    #expect(old.result == 24.08)
  }

  @Test("one process has a run folder at a time")
  func claim() throws {
    let url = try temporaryDirectory().appendingPathComponent("run")
    var first: RunFolder? = try RunFolder(url)
    #expect { try RunFolder(url) } throws: { ($0 as? ResultsError)?.code == .claimed }
    withExtendedLifetime(first) {}
    first = nil
    _ = try RunFolder(url)
  }

  @Test("who has a folder removes what dead processes left half written, and nobody else does")
  func temporaries() throws {
    let url = try temporaryDirectory().appendingPathComponent("run")
    var first: RunFolder? = try RunFolder(url)
    let file = url.appendingPathComponent("resume.lskd.4194305.partial")
    try Data("half".utf8).write(to: file)
    try Data("whole".utf8).write(to: url.appendingPathComponent("resume.lskd"))
    #expect(throws: ResultsError.self) { try RunFolder(url) }
    #expect(FileManager.default.fileExists(atPath: file.path))
    withExtendedLifetime(first) {}
    first = nil
    _ = try RunFolder(url)
    let names = try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
    #expect(names == ["lock", "resume.lskd"])
  }

  @Test("the event log drops later steps and a torn line")
  func events() throws {
    let file = try temporaryDirectory().appendingPathComponent("events.jsonl")
    let lines = #"{"step":1}"# + "\n" + #"{"step":2}"# + "\n" + #"{"step":3}"# + "\n" + #"{"ste"#
    try Data(lines.utf8).write(to: file)
    let log = try EventLog(file, truncatingAfterStep: 2)
    try log.append(["step": .integer(3), "loss": .number(0.5)])
    try log.flush()
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(
      text == #"{"step":1}"# + "\n" + #"{"step":2}"# + "\n" + #"{"loss":0.5,"step":3}"# + "\n")
  }
}
