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

  @Test("one process has a run folder at a time")
  func claim() throws {
    let url = try temporaryDirectory().appendingPathComponent("run")
    var first: RunFolder? = try RunFolder(url)
    #expect { try RunFolder(url) } throws: { ($0 as? ResultsError)?.code == .claimed }
    withExtendedLifetime(first) {}
    first = nil
    _ = try RunFolder(url)
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
