import Foundation
import TestSupport
import Testing

/// One training by two processes, as a user starts it.
@Suite(.serialized)
struct ReplicaProgramTests {
  private static let arguments = [
    "table2", "--budget", "smoke", "--part", "0.25", "--settings", "c", "--methods", "student",
    "--threads", "1",
  ]
  private let replicas = ReplicaProgram("lskd-repro")

  private func runFolder(_ directory: URL) throws -> URL {
    let runs = directory.appendingPathComponent("runs")
    let names = try FileManager.default.contentsOfDirectory(atPath: runs.path)
      .filter { $0 != "requests" }
    #expect(names.count == 1, "\(names)")
    return runs.appendingPathComponent(try #require(names.first))
  }

  private func record(_ directory: URL) throws -> [String: Any] {
    let data = try Data(contentsOf: runFolder(directory).appendingPathComponent("record.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private func steps(_ directory: URL) throws -> [[String: Any]] {
    let file = try runFolder(directory).appendingPathComponent("events.jsonl")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }.filter { $0["event"] as? String == "step" }
  }

  private func directory(_ name: String, in parent: URL) throws -> URL {
    let directory = parent.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    return directory
  }

  /// Trains without a stop and returns the bytes of the last checkpoint.
  private func straight(in directory: URL) throws -> Data {
    let results = try replicas.start(Self.arguments, in: directory).map { try $0.end() }
    for result in results { #expect(result.code == 0, "\(result.errors)") }
    // The other replica follows in silence.
    #expect(results[0].output.contains("student"))
    #expect(results[1].output.isEmpty && results[1].errors.isEmpty, "\(results[1].errors)")
    return try Data(contentsOf: runFolder(directory).appendingPathComponent("last.lskd"))
  }

  @Test("two replicas begin as one process does; stopped and resumed, they give the same bytes")
  func training() throws {
    try inTemporaryDirectory { parent in
      let together = try directory("together", in: parent)
      let bytes = try straight(in: together)

      let alone = try directory("alone", in: parent)
      let single = try RunningProgram("lskd-repro", Self.arguments, in: alone)
      try single.wait(forEvents: 7)
      single.send(SIGTERM)
      #expect(try single.end().code == 130)
      try compareFirstStep(together, alone)

      let environment = try #require(try record(together)["environment"] as? [String: Any])
      #expect(environment["replicas"] as? Int == 2)
      let deviations = try #require(try record(together)["deviations"] as? [[String: Any]])
      #expect(deviations.contains { ($0["text"] as? String)?.hasPrefix("2 replicas") ?? false })
      let own = try #require(try record(alone)["environment"] as? [String: Any])
      #expect(own["replicas"] == nil)

      try stopAndResume(in: directory("stopped", in: parent), expecting: bytes)
    }
  }

  private func compareFirstStep(_ first: URL, _ second: URL) throws {
    let steps = try [first, second].map { try #require(try self.steps($0).first) }
    for key in ["losses", "gradient_norms"] {
      let values = try steps.map { try #require($0[key] as? [String: Double]) }
      #expect(Set(values[0].keys) == Set(values[1].keys) && !values[0].isEmpty)
      for (name, value) in values[0] {
        let other = try #require(values[1][name])
        // In float32 the first gradient is what is left of larger numbers.
        let tolerance = key == "losses" ? 1e-5 : 1e-3
        #expect(abs(value - other) <= tolerance * max(1, abs(other)), "\(key) \(name)")
      }
    }
    // Later steps drift apart by rounding alone.
    let totals = try [first, second].map { folder in
      try self.steps(folder).prefix(5).compactMap { $0["total"] as? Double }
    }
    for (x, y) in zip(totals[0], totals[1]) { #expect(abs(x - y) < 1e-3) }
  }

  private func stopAndResume(in directory: URL, expecting bytes: Data) throws {
    let running = try replicas.start(Self.arguments, in: directory)
    try running[0].wait(forEvents: 7)
    // Only the one that writes nothing is asked.
    running[1].send(SIGTERM)
    for replica in running { #expect(try replica.end().code == 130) }
    #expect(try record(directory)["status"] as? String == "interrupted")
    let again = try replicas.start(Self.arguments, in: directory).map { try $0.end() }
    for result in again { #expect(result.code == 0, "\(result.errors)") }
    #expect(again[0].errors.contains("goes on in epoch"))
    let last = try runFolder(directory).appendingPathComponent("last.lskd")
    #expect(try Data(contentsOf: last) == bytes)
  }

  @Test("a replica that dies ends the others with exit code 1 and a sentence")
  func death() throws {
    try inTemporaryDirectory { directory in
      let running = try replicas.start(Self.arguments, in: directory, timeout: 20)
      try running[0].wait(forEvents: 3)
      running[1].send(SIGKILL)
      #expect(try running[1].end().code == -SIGKILL)
      let left = try running[0].end(within: 40)
      #expect(left.code == 1)
      #expect(left.errors.contains("another replica has ended"), "\(left.errors)")
      #expect(try record(directory)["status"] as? String == "failed")
    }
  }

  @Test("a replica whose others do not come ends with exit code 1 and a sentence")
  func loneliness() throws {
    try inTemporaryDirectory { directory in
      let lone = try RunningProgram(
        "lskd-repro", Self.arguments, in: directory,
        [
          "RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29511",
          "LSKD_REPLICA_TIMEOUT": "2",
        ]
      ).end(within: 40)
      #expect(lone.code == 1)
      #expect(lone.errors.contains("meeting of 2 replicas at 127.0.0.1:29511"), "\(lone.errors)")
    }
  }

  @Test("a wait of more than five seconds says for whom, and until when")
  func missing() throws {
    try inTemporaryDirectory { directory in
      func start(_ rank: Int, of size: Int, port: String) throws -> RunningProgram {
        try RunningProgram(
          "lskd-repro", Self.arguments, in: directory,
          [
            "RANK": "\(rank)", "WORLD_SIZE": "\(size)", "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": port, "LSKD_REPLICA_TIMEOUT": "7",
          ])
      }
      let running = try [
        start(0, of: 3, port: "29513"), start(1, of: 3, port: "29513"),
        start(1, of: 2, port: "29514"),
      ]
      let results = try running.map { try $0.end(within: 60) }
      for result in results { #expect(result.code == 1, "\(result.errors)") }
      #expect(
        results[0].errors.contains(
          "replica 0 of 3 at 127.0.0.1:29513 waits for replica 2; gives up"),
        "\(results[0].errors)")
      #expect(results[0].errors.contains("replica 2 did not come within 7 seconds"))
      #expect(
        results[2].errors.contains(
          "replica 1 of 2 at 127.0.0.1:29514 waits for replica 0; gives up"),
        "\(results[2].errors)")
      #expect(results[2].errors.contains("replica 0 did not come within 7 seconds"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }
  }

  @Test("a dry run joins nobody, and a shell inside a job is no replica")
  func alone() throws {
    try inTemporaryDirectory { directory in
      let place = ["MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29515"]
      let job = place.merging(["SLURM_NTASKS": "8", "SLURM_PROCID": "0"]) { $1 }
      let plan = Self.arguments + ["--dry-run"]
      for (variables, prints) in [
        (job, true), (place.merging(["RANK": "0", "WORLD_SIZE": "8"]) { $1 }, true),
        (place.merging(["RANK": "1", "WORLD_SIZE": "8"]) { $1 }, false),
        (place.merging(["SLURM_STEP_NUM_TASKS": "8", "SLURM_PROCID": "3"]) { $1 }, false),
      ] {
        let result = try RunningProgram("lskd-repro", plan, in: directory, variables).end()
        #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(result.output.contains("TFLOP") == prints)
      }
      let trained = try RunningProgram("lskd-repro", Self.arguments, in: directory, job).end()
      #expect(trained.code == 0 && trained.output.contains("student"), "\(trained.errors)")
      let step = place.merging(["SLURM_STEP_NUM_TASKS": "2", "SLURM_NTASKS": "2"]) { $1 }
      let tasks = try (0..<2).map { task in
        try RunningProgram(
          "lskd-repro", Self.arguments + ["--runs=other"], in: directory,
          step.merging(["SLURM_PROCID": "\(task)"]) { $1 })
      }.map { try $0.end() }
      for task in tasks { #expect(task.code == 0, "\(task.errors)") }
      #expect(tasks[0].output.contains("student") && tasks[1].output.isEmpty)
    }
  }

  @Test("senseless environments, and methods that replicas cannot share, end with exit code 2")
  func usage() throws {
    try inTemporaryDirectory { directory in
      let place = ["MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29512"]
      for (variables, words) in [
        (["RANK": "0"], "RANK is set without WORLD_SIZE"),
        (["WORLD_SIZE": "2"], "WORLD_SIZE is set without RANK"),
        (["RANK": "2", "WORLD_SIZE": "2"], "RANK 2 is not below WORLD_SIZE 2"),
        (["RANK": "-1", "WORLD_SIZE": "2"], "RANK must be a number"),
        (["RANK": "0", "WORLD_SIZE": "two"], "WORLD_SIZE must be a number"),
        (["RANK": "0", "WORLD_SIZE": "2", "MASTER_PORT": "port"], "MASTER_PORT must be a number"),
        (["RANK": "0", "WORLD_SIZE": "2", "MASTER_PORT": "70000"], "MASTER_PORT must be a number"),
        (["RANK": "0", "WORLD_SIZE": "2", "MASTER_PORT": ""], "MASTER_PORT must be a number"),
        (["RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": ""], "MASTER_ADDR and MASTER_PORT"),
        (["RANK": "0", "WORLD_SIZE": "2", "LSKD_REPLICA_TIMEOUT": "nan"], "must be a number"),
      ] {
        let result = try RunningProgram(
          "lskd-repro", Self.arguments, in: directory, place.merging(variables) { $1 }
        ).end()
        #expect(result.code == 2, "\(variables): \(result.errors)")
        #expect(result.errors.contains(words), "\(variables): \(result.errors)")
      }
      for (method, words) in [("crd", "memory of all images"), ("jacobian", "second derivatives")] {
        let table = ["table2", "--budget", "smoke", "--methods", method, "--threads", "1"]
        for replica in try replicas.start(table, in: directory) {
          let result = try replica.end()
          #expect(result.code == 2 && result.errors.contains(words), "\(result.errors)")
        }
      }
      let plans = try ["student", "kd"].enumerated().map { rank, method in
        try RunningProgram(
          "lskd-repro", ["table2", "--budget", "smoke", "--methods", method, "--threads", "1"],
          in: directory,
          place.merging(["RANK": "\(rank)", "WORLD_SIZE": "2", "LSKD_REPLICA_TIMEOUT": "60"]) { $1 }
        )
      }
      for replica in plans {
        let result = try replica.end()
        #expect(result.code == 2 && result.errors.contains("plan different runs"), "\(result)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }
  }
}
