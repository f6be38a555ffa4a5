import Foundation
import TestSupport
import Testing

/// Run folders that the programs leave, whoever learnt beside whom.
@Suite(.serialized)
struct CohortProgramTests {
  private static let small = [
    "--budget", "smoke", "--epochs", "2", "--part", "0.2", "--threads", "1", "--keep-last", "1",
  ]
  /// A student without a teacher, one whose preparation sets it behind, and three kinds of losses.
  private static let methods = ["table2", "--methods", "student,kd,ft,at,london"] + small
  /// One of these leaves the numbers.
  private static let variants = ["table6", "--variants", "alpha=1e30,share=0.1,steps=2"] + small

  @Test(
    "the same runs alone, side by side, and side by side with three stops and a kill leave the same bytes"
  )
  func bytes() throws {
    let repro = BuiltProgram("lskd-repro")
    func straight(_ flags: [String], in directory: URL) throws -> [String: [String: Data]] {
      let table = try repro.run(Self.methods + flags, in: directory)
      #expect(table.code == 0, "\(table.errors)")
      #expect(table.errors.contains("learn side by side") == flags.isEmpty)
      try diverging(flags, in: directory)
      return try folders(directory)
    }
    func diverging(_ flags: [String], in directory: URL) throws {
      let ablation = try repro.run(Self.variants + flags, in: directory)
      #expect(ablation.code == 1 && ablation.errors.contains("1 of the runs diverged"))
    }
    let alone = try inTemporaryDirectory { try straight(["--alone"], in: $0) }
    let together = try inTemporaryDirectory { try straight([], in: $0) }
    let stopped = try inTemporaryDirectory { directory in
      for signal in [SIGTERM, SIGTERM, SIGTERM, SIGKILL] {
        let running = try RunningProgram("lskd-repro", Self.methods, in: directory)
        let before = try events(directory)
        try running.wait { try events(directory) >= before + 9 }
        running.send(signal)
        #expect(try running.end().code == (signal == SIGTERM ? 130 : -SIGKILL))
      }
      let end = try repro.run(Self.methods, in: directory)
      #expect(end.code == 0, "\(end.errors)")
      try diverging([], in: directory)
      return try folders(directory)
    }
    #expect(alone.count == 10)
    #expect(alone.values.allSatisfy { $0.keys.contains("record.json") })
    for other in [together, stopped] {
      #expect(other.keys.sorted() == alone.keys.sorted())
      for (run, files) in alone {
        let found = other[run] ?? [:]
        #expect(found.keys.sorted() == files.keys.sorted(), "\(run)")
        for (name, bytes) in files { #expect(found[name] == bytes, "\(run)/\(name)") }
      }
    }
  }

  @Test(
    "processes that share runs leave the bytes of one, also where one of them dies and where all are stopped"
  )
  func jobs() throws {
    let repro = BuiltProgram("lskd-repro")
    let table = ["table2", "--methods", "student,kd,at,ofd", "--seeds", "0,1"] + Self.small
    let shared = table + ["--jobs", "2"]
    let one = try inTemporaryDirectory { directory in
      #expect(try repro.run(table, in: directory).code == 0)
      return try folders(directory)
    }
    let several = try inTemporaryDirectory { directory in
      let stopped = try RunningProgram("lskd-repro", shared, in: directory)
      try stopped.wait { try events(directory) >= 6 }
      stopped.send(SIGTERM)
      let stop = try stopped.end()
      #expect(stop.code == 130 && stop.errors.contains("stopped on request"), "\(stop.errors)")
      let running = try RunningProgram("lskd-repro", shared, in: directory)
      let before = try events(directory)
      try running.wait { try events(directory) >= before + 6 }
      kill(try #require(try running.children().first), SIGKILL)
      let end = try running.end()
      #expect(end.code == 0, "\(end.errors)")
      #expect(end.errors.contains("was ended by signal 9: the others take its runs over"))
      #expect(end.output.contains("ofd") && end.output.contains("± "))
      let again = try repro.run(shared, in: directory)
      #expect(again.code == 0 && again.output == end.output, "\(again.errors)")
      return try folders(directory)
    }
    #expect(one.count == 9 && several == one)
  }

  @Test("a run that diverges in one of several processes is told once and not tried again")
  func divergingJob() throws {
    try inTemporaryDirectory { directory in
      let result = try BuiltProgram("lskd-repro").run(
        Self.variants + ["--jobs", "2"], in: directory)
      #expect(result.code == 1 && result.errors.contains("1 of the runs diverged"))
      let times = result.errors.components(separatedBy: "diverged, ").count - 1
      #expect(times == 1, "\(result.errors)")
    }
  }

  /// Lines of all event logs.
  private func events(_ directory: URL) throws -> Int {
    let runs = directory.appendingPathComponent("runs")
    guard FileManager.default.fileExists(atPath: runs.path) else { return 0 }
    return try FileManager.default.contentsOfDirectory(atPath: runs.path)
      .map { runs.appendingPathComponent("\($0)/events.jsonl") }
      .filter { FileManager.default.fileExists(atPath: $0.path) }
      .reduce(0) { try $0 + String(contentsOf: $1, encoding: .utf8).split(separator: "\n").count }
  }

  /// The bytes of every file by run and name; of records without what tells of times, memory and commands.
  private func folders(_ directory: URL) throws -> [String: [String: Data]] {
    let runs = directory.appendingPathComponent("runs")
    var folders: [String: [String: Data]] = [:]
    for run in try FileManager.default.contentsOfDirectory(atPath: runs.path)
    where run != "requests" {
      let folder = runs.appendingPathComponent(run)
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
        let bytes = try Data(contentsOf: folder.appendingPathComponent(name))
        folders[run, default: [:]][name] = name == "record.json" ? try timeless(bytes) : bytes
      }
    }
    return folders
  }

  private func timeless(_ record: Data) throws -> Data {
    func stripped(_ value: Any) -> Any {
      if let list = value as? [Any] { return list.map(stripped) }
      guard let members = value as? [String: Any] else { return value }
      let times: Set = [
        "wallSeconds", "seconds", "sharedSeconds", "telemetrySeconds", "imagesPerSecond",
        "peakMemoryBytes", "heartbeat", "command",
      ]
      return members.filter { !times.contains($0.key) }.mapValues(stripped)
    }
    return try JSONSerialization.data(
      withJSONObject: stripped(try JSONSerialization.jsonObject(with: record)),
      options: .sortedKeys)
  }
}
