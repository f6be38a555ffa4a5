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

  /// A record as older suites wrote it.
  private func old(_ schema: Int, method: String, _ members: String, _ measures: String) -> Data {
    Data(
      """
      {"schemaVersion": \(schema), "table": "table6", "setting": "c", "method": "\(method)",
       "protocolName": "equal", "budget": "reduced", "configuration": {\(members)},
       "configurationHash": "abc", "deviations": ["4 epochs instead of 200"],
       "seeds": {"initialisation": 3}, "dataset": "cifar100", "datasetHashes": {"train": "ab"},
       "suite": {"version": "0.1.0", "commit": "01", "dirty": false},
       "environment": {"libtorch": "2.13.0", "cpuModel": "p", "cpuFeatures": "AVX2",
         "threads": 2, "device": "cpu", "precision": "float32"},
       "command": "lskd-repro table6", "wallSeconds": 1, "imagesPerSecond": 2,
       "peakMemoryBytes": 3, "status": "finished", "heartbeat": "",
       "epochs": [{"epoch": 0, "learningRate": 0.1, "losses": {}, "gradientNorms": {},
         "seconds": 1, "imagesPerSecond": 2, \(measures)}],
       "last": {"file": "last.lskd", "sha256": "ef", "epoch": 0, \(measures)}}
      """.utf8)
  }

  @Test("records of layouts 1 and 2 are read with the facts that their configurations tell")
  func oldLayouts() throws {
    let file = try temporaryDirectory().appendingPathComponent("record.json")
    let guided = #""method": "london", "loss_weight": 0.001, "alpha": 0.25"#
    try old(
      1, method: "london share=0.2", guided + #", "lipschitz_variant": "share=0.2""#,
      #""top1Error": 24.08, "top5Error": 7"#
    ).write(to: file)
    let first = try RunRecord(contentsOf: file)
    #expect(first.schemaVersion == 1 && first.result == 24.08 && first.rootSeed == 3)
    #expect(first.method == "london share=0.2" && first.subject.base == "ofd")
    #expect(first.subject.guidance?.variant == .init(parameter: "share", value: .number(0.2)))
    #expect(first.subject.weights == .init(loss: 0.001, alpha: 0.25))
    #expect(!first.isComparable)
    try old(
      2, method: "at+london", #""method": "at+london", "lipschitz_share": 0.01"#,
      #""measures": {"mapVOC07": 40.5}"#
    ).write(to: file)
    let second = try RunRecord(contentsOf: file)
    #expect(second.subject.base == "at" && second.subject.guidance?.form == .differentiable)
    #expect(second.metrics == .detection && second.result == 40.5)
    try old(2, method: "teacher", #""method": "teacher""#, #""measures": {"top1Error": 21}"#)
      .write(to: file)
    #expect(try RunRecord(contentsOf: file).subject.role == .teacher)
  }

  @Test("rows of an older layout stand apart and say so")
  func oldRows() throws {
    var old = makeRecord(method: "kd", seed: 1, error: 30, configuration: ["constants": "T = 4"])
    old.schemaVersion = 2
    let text = Report(
      description, records: [old, makeRecord(method: "kd", seed: 0, error: 26)], references: []
    ).markdown
    #expect(text.contains("| c | kd (record layout 2) |"))
    #expect(text.contains("| c | kd (record layout 3) |"))
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
