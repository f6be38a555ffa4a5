import Foundation
import TestSupport
import Testing

/// A run as a user meets it: stopped, killed, gone on with, without room.
struct RunProgramTests {
  private let repro = BuiltProgram("lskd-repro")
  private let eval = BuiltProgram("lskd-eval")
  private let ckpt = BuiltProgram("lskd-ckpt")

  private static let table = [
    "table2", "--budget", "smoke", "--part", "0.25", "--methods", "student", "--threads", "1",
    "--keep-last", "2",
  ]

  private func runFolders(_ directory: URL) throws -> [String: URL] {
    let runs = directory.appendingPathComponent("runs")
    let names = try FileManager.default.contentsOfDirectory(atPath: runs.path)
      .filter { $0 != "requests" }.sorted()
    return Dictionary(uniqueKeysWithValues: names.map { ($0, runs.appendingPathComponent($0)) })
  }

  private func member(_ file: URL, _ key: String) throws -> Any? {
    (try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])?[key]
  }

  @Test("a run that is stopped, killed and resumed gives the checkpoint of a straight run")
  func resume() throws {
    try inTemporaryDirectory { directory in
      let whole = try repro.run(Self.table, in: directory)
      #expect(whole.code == 0, "\(whole.errors)")
      #expect(whole.output.contains("student"))
      let straight = try #require(try runFolders(directory).values.first)
      try keptEpochs(straight)
      let expected = try Data(contentsOf: straight.appendingPathComponent("last.lskd"))

      let again = directory.appendingPathComponent("again")
      try FileManager.default.createDirectory(at: again, withIntermediateDirectories: true)
      let stopped = try RunningProgram("lskd-repro", Self.table, in: again)
      try stopped.wait(forEvents: 3)
      // A terminal that is closed.
      stopped.send(SIGHUP)
      #expect(try stopped.end().code == 130)
      let resumed = try #require(try runFolders(again).values.first)
      #expect(
        try member(resumed.appendingPathComponent("record.json"), "status") as? String
          == "interrupted")
      let other = try repro.run(Self.table + ["--kernels", "reference"], in: again)
      #expect(other.code == 2 && other.errors.contains("--kernels fast"), "\(other.errors)")
      let killed = try RunningProgram("lskd-repro", Self.table, in: again)
      try killed.wait(forEvents: try killed.events() + 3)
      killed.send(SIGKILL)
      #expect(try killed.end().code == -SIGKILL)
      // What a process leaves that is killed while it saves.
      try Data("half a state".utf8).write(
        to: resumed.appendingPathComponent("resume.lskd.4194305.partial"))
      let end = try repro.run(Self.table, in: again)
      #expect(end.code == 0, "\(end.errors)")
      #expect(try Data(contentsOf: resumed.appendingPathComponent("last.lskd")) == expected)
      let names = try FileManager.default.contentsOfDirectory(atPath: resumed.path).sorted()
      #expect(
        names == [
          "best.lskd", "epoch-7.lskd", "epoch-8.lskd", "evaluation.json", "events.jsonl",
          "last.lskd", "lock", "predictions.bin", "record.json",
        ])

      // Evaluation gives the number of the record to the last digit.
      let result = try eval(
        straight.appendingPathComponent("last.lskd").path, "--synthetic", "--json", in: directory)
      #expect(result.code == 0, "\(result.errors)")
      let printed =
        try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
      let metrics = try #require(printed?["metrics"] as? [String: Double])
      let last = try #require(
        try member(straight.appendingPathComponent("record.json"), "last") as? [String: Any])
      #expect(metrics["top1_error"] == (last["measures"] as? [String: Double])?["top1Error"])
      #expect(printed?["checkpoint"] as? String == last["sha256"] as? String)
      #expect(printed?["count"] as? Int == 500)
      // The header names the same images.
      let alone = try eval(
        straight.appendingPathComponent("last.lskd").path, "--json", in: directory)
      #expect(alone.output == result.output, "\(alone.errors)")

      try reportAndSkips(directory, straight)
      try damage(straight, directory)
    }
  }

  /// The newest two epochs stay, the newest of all twice.
  private func keptEpochs(_ run: URL) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: run.path)
      .filter { $0.hasPrefix("epoch-") }.sorted()
    #expect(names == ["epoch-7.lskd", "epoch-8.lskd"])
    #expect(
      try Data(contentsOf: run.appendingPathComponent("epoch-8.lskd"))
        == Data(contentsOf: run.appendingPathComponent("last.lskd")))
  }

  private func reportAndSkips(_ directory: URL, _ run: URL) throws {
    let again = try repro(
      "table2", "--budget", "smoke", "--part", "0.25", "--methods", "student", "--threads", "1",
      "--json", in: directory)
    #expect(again.code == 0)
    #expect(again.errors.contains("finished before"))
    #expect(again.output.contains("top1_error_last"))
    for name in ["one", "two"] {
      let report = try repro("report", "--output", name, in: directory)
      #expect(report.code == 0, "\(report.errors)")
    }
    for file in ["table2.md", "table2.json"] {
      let texts = try ["one", "two"].map {
        try Data(contentsOf: directory.appendingPathComponent("\($0)/\(file)"))
      }
      #expect(texts[0] == texts[1])
    }
  }

  private func damage(_ run: URL, _ directory: URL) throws {
    let file = run.appendingPathComponent("last.lskd")
    #expect(try ckpt("verify", file.path, in: directory).code == 0)
    #expect(try ckpt("inspect", file.path, in: directory).output.contains("wrn-10-1"))
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: file)
    let broken = try eval(file.path, "--synthetic", in: directory)
    #expect(broken.code == 1)
    #expect(broken.errors.contains("last.lskd"))
    #expect(try ckpt("verify", file.path, in: directory).code == 1)

    let record = run.appendingPathComponent("record.json")
    try Data(#"{"schemaVersion": 99}"#.utf8).write(to: record)
    let newer = try repro(
      "table2", "--budget", "smoke", "--part", "0.25", "--methods", "student", in: directory)
    #expect(newer.code == 1)
    #expect(newer.errors.contains("newer version"))
    #expect(try Data(contentsOf: record) == Data(#"{"schemaVersion": 99}"#.utf8))
  }

  @Test("two processes on one run folder: the second says so")
  func claimed() throws {
    try inTemporaryDirectory { directory in
      // All images, so that the first is still at work when the second comes.
      let table = ["table2", "--budget", "smoke", "--methods", "student", "--threads", "1"]
      let first = try RunningProgram("lskd-repro", table, in: directory)
      try first.wait(forEvents: 1)
      let second = try repro.run(table, in: directory)
      #expect(second.code == 1)
      #expect(second.errors.contains("another process"))
      first.send(SIGTERM)
      #expect(try first.end().code == 130)
    }
  }

  @Test("a second signal ends a run at once and without a crash, and the run can be gone on with")
  func impatience() throws {
    try inTemporaryDirectory { directory in
      let running = try RunningProgram("lskd-repro", Self.table, in: directory)
      try running.wait(forEvents: 3)
      running.insist(on: SIGTERM)
      let end = try running.end()
      // The first signal may have been enough.
      #expect([130, 128 + SIGTERM].contains(end.code), "\(end.code): \(end.errors)")
      #expect(try repro.run(Self.table, in: directory).code == 0)
    }
  }

  @Test("a file that cannot grow any further fails with a sentence and leaves what was there")
  func fullDisk() throws {
    try inTemporaryDirectory { directory in
      let full = try repro.limited(fileKibibytes: 8, Self.table, in: directory)
      #expect(full.code == 1 && full.errors.contains("File too large"), "\(full)")
      let runs = try runFolders(directory)
      let folder = try #require(runs.values.first)
      // The record fits and says why; no checkpoint is half there.
      let record = folder.appendingPathComponent("record.json")
      #expect(try member(record, "status") as? String == "failed")
      #expect((try member(record, "message") as? String)?.contains("File too large") == true)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(!names.contains { $0.hasSuffix(".lskd") || $0.contains(".partial") }, "\(names)")
    }
  }

  @Test("no record says that a run goes on which failed, however little room it has")
  func littleRoom() throws {
    var written = 0
    for room in 1...8 {
      try inTemporaryDirectory { directory in
        let result = try repro.limited(fileKibibytes: room, Self.table, in: directory)
        #expect(result.code == 1 && result.errors.contains("File too large"), "\(result)")
        guard let folder = try runFolders(directory).values.first else { return }
        let record = folder.appendingPathComponent("record.json")
        guard FileManager.default.fileExists(atPath: record.path) else { return }
        written += 1
        #expect(try member(record, "status") as? String == "failed")
      }
    }
    #expect(written > 0)
  }

  @Test("a record that cannot be read is named, and the reports hold all others")
  func damagedRecord() throws {
    try inTemporaryDirectory { directory in
      #expect(try repro.run(Self.table, in: directory).code == 0)
      let bad = directory.appendingPathComponent("runs/damaged")
      try FileManager.default.createDirectory(at: bad, withIntermediateDirectories: true)
      for text in [#"{"schemaVersion": 2, "table":"#, #"{"schemaVersion": 99}"#, "[]"] {
        try Data(text.utf8).write(to: bad.appendingPathComponent("record.json"))
        let report = try repro("report", in: directory)
        #expect(report.code == 1)
        #expect(report.output.contains("table2.md"), "\(report)")
        let lines = report.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(report.errors)")
        #expect(lines.first?.hasPrefix("not in the reports: \(bad.path)/record.json") == true)
        let text = try String(
          contentsOf: directory.appendingPathComponent("Reports/table2.md"), encoding: .utf8)
        #expect(text.contains("student"))
        try FileManager.default.removeItem(at: directory.appendingPathComponent("Reports"))
      }
    }
  }

  @Test("a thousand training steps leave nothing behind")
  func leak() throws {
    try inTemporaryDirectory { directory in
      let result = try BuiltProgram("lskd-bench")("leak", in: directory)
      #expect(result.code == 0, "\(result.errors)")
      print(result.output)
    }
  }
}
