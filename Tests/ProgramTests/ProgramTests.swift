import Foundation
import SuiteVersion
import TestSupport
import Testing

/// The built programs as a user meets them.
struct ProgramTests {
  private let repro = BuiltProgram("lskd-repro")
  private let eval = BuiltProgram("lskd-eval")
  private let data = BuiltProgram("lskd-data")
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

  @Test("requests that make no sense end with exit code 2 and say what exists")
  func usage() throws {
    try inTemporaryDirectory { directory in
      for (arguments, word) in [
        (["--settings", "z"], "known are a, b, c"), (["--settings", "c,c"], "named twice"),
        (["--methods", "magic"], "known are student"),
        (["--methods", "londn"], "did you mean london?"),
        (["--methods", "student+london"], "needs a teacher"),
        (["--budget", "tiny"], "known are full, compact"),
        (["--protocol", "own"], "equal"), (["--seeds", "-1x"], "is no seed"),
        (["--seeds", "18446744073709551615"], "is no seed"),
        (["--device", "tpu"], "cpu, cuda or cuda:N"), (["--kernels", "slow"], "reference"),
        (["--precision", "float8"], "bfloat16"),
        (["--device", "cuda:99"], "device cuda:99 cannot be used"),
        (["--threads", "0"], "--threads"), (["--keep-last", "-1"], "--keep-last takes"),
        (["--jobs", "0"], "--jobs takes"), (["--epochs", "x"], "epochs takes a whole number"),
        (["--nonsense"], "Unknown option"),
      ] {
        let process = try repro("table2", arguments.joined(separator: "="), in: directory)
        #expect(process.code == 2, "\(arguments): \(process.errors)")
        #expect(process.errors.contains(word), "\(arguments): \(process.errors)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }
  }

  @Test("bad data directories and checkpoints end with exit code 1 and one sentence")
  func badInput() throws {
    try inTemporaryDirectory { directory in
      let missing = try repro("table2", "--budget=compact", "--data=absent", in: directory)
      #expect(missing.code == 1)
      #expect(missing.errors.hasPrefix("error: "))
      let teacher = try repro(
        "table2", "--budget=smoke", "--teacher=absent.lskd", in: directory)
      #expect(teacher.code == 1 && teacher.errors.contains("absent.lskd"))
      let none = try eval("absent.lskd", "--synthetic", in: directory)
      #expect(none.code == 1)
      #expect(none.errors.contains("absent.lskd"))
      let empty = directory.appendingPathComponent("empty.lskd")
      try Data().write(to: empty)
      #expect(try eval(empty.path, "--synthetic", in: directory).errors.contains("empty"))
      #expect(try eval(directory.path, "--synthetic", in: directory).code == 1)
      #expect(try eval(empty.path, in: directory).code == 1)
      #expect(try repro("report", in: directory).code != 0)
      // A directory in which nothing can be made, whoever asks.
      let readOnly = try repro("table2", "--budget=smoke", "--runs=/proc/lskd", in: directory)
      #expect(readOnly.code == 1)
      #expect(readOnly.errors.contains("cannot make"))
    }
  }

  @Test("a synthetic set is written, verified, and found damaged")
  func synthesize() throws {
    try inTemporaryDirectory { directory in
      #expect(try data("synthesize", "--train=60", "--test=20", "set", in: directory).code == 0)
      #expect(try data("verify", "set", in: directory).code == 0)
      let again = try data("synthesize", "--train=60", "--test=20", "set", in: directory)
      #expect(again.output.contains("already"))
      #expect(try data("synthesize", "--train=30", "--test=20", "set", in: directory).code == 1)
      let file = directory.appendingPathComponent("set/test.bin")
      var bytes = try Data(contentsOf: file)
      bytes[100] ^= 1
      try bytes.write(to: file)
      let damaged = try data("verify", "set", in: directory)
      #expect(damaged.code == 1)
      #expect(damaged.output.contains("test.bin"))
      #expect(try data("list", in: directory).output.contains("cifar100"))
      #expect(try data("synthesize", "--train=x", "set", in: directory).code == 2)
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

  @Test("a dry run prints cost and trains nothing")
  func dryRun() throws {
    try inTemporaryDirectory { directory in
      let result = try repro("table2", "--budget=smoke", "--dry-run", in: directory)
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.output.contains("TFLOP side by side"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }
  }

  @Test("methods, table1 and the plans of table6 and tune are printed and train nothing")
  func plans() throws {
    try inTemporaryDirectory { directory in
      let list = try repro(
        "methods", "--measure", "--steps=1", "--batch=8", "--json", in: directory)
      #expect(list.code == 0, "\(list.errors)")
      let methods = try #require(
        try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]])
      #expect(methods.count == 27)
      #expect(methods.allSatisfy { ($0["step_seconds"] as? Double ?? 0) > 0 })
      let names = try repro("methods", in: directory)
      #expect(names.output.contains("Chen et al. 2021"), "\(names.errors)")
      #expect(!names.output.contains("Measured"))
      #expect(try repro("methods", "--measure", "--steps=0", in: directory).code == 2)
      #expect(try repro("table1", in: directory).output.contains("26844952"))
      let ablation = try repro("table6", "--budget=smoke", "--dry-run", in: directory)
      #expect(ablation.output.contains("london-share=0.2"))
      let trials = try repro(
        "tune", "--budget=smoke", "--methods=kd,at", "--dry-run", in: directory)
      #expect(trials.output.contains("at-weight=4000.0"))
      let wrong = try repro("tune", "--budget=smoke", "--methods=student", in: directory)
      #expect(wrong.code == 2 && wrong.errors.contains("weight to tune"))
      #expect(try repro("tune", "--protocol=released", "--budget=smoke", in: directory).code == 2)
      #expect(try repro("table6", "--variants=magic", in: directory).code == 2)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }
  }

  @Test("two processes on one run folder: the second says so")
  func claimed() throws {
    try inTemporaryDirectory { directory in
      let first = try RunningProgram("lskd-repro", Self.table, in: directory)
      try first.wait(forEvents: 1)
      let second = try repro.run(Self.table, in: directory)
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

  @Test(
    "every program and subcommand explains itself",
    arguments: [
      ["lskd-repro"], ["lskd-repro", "run"], ["lskd-repro", "tune"], ["lskd-repro", "methods"],
      ["lskd-repro", "report"], ["lskd-repro", "claims"], ["lskd-repro", "verify"],
      ["lskd-repro", "status"], ["lskd-repro", "merge"], ["lskd-repro", "plan"],
      ["lskd-repro", "lipschitz"], ["lskd-repro", "doctor"], ["lskd-train"],
      ["lskd-eval"], ["lskd-eval", "detections"], ["lskd-eval", "predict"], ["lskd-data"],
      ["lskd-data", "list"],
      ["lskd-ckpt"], ["lskd-ckpt", "inspect"],
      ["lskd-bench"], ["lskd-bench", "step"], ["lskd-bench", "report"], ["lskd-bench", "photos"],
    ])
  func help(_ words: [String]) throws {
    try inTemporaryDirectory { directory in
      let program = BuiltProgram(words[0])
      let result =
        words.count > 1
        ? try program(words[1], "--help", in: directory) : try program("--help", in: directory)
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.output.contains("USAGE: \(words.joined(separator: " "))"))
      guard words.count == 1 else { return }
      let version = try program("--version", in: directory)
      #expect(version.code == 0 && version.output == "\(Suite.version)\n", "\(version)")
    }
  }

  @Test("the help of a table names every table with its settings, and the values of choices")
  func tableHelp() throws {
    try inTemporaryDirectory { directory in
      let tables = [
        "table1:", "table2:", "table4:", "table5:", "table6:", "figure2:", "resnet101-mobilenet",
      ]
      let choices = [
        "full, compact, reduced, smoke", "released, equal", "fast, reference",
        "float32, tf32, bfloat16",
        "all, encoder, backbone",
      ]
      for (command, words) in [("table5", tables), ("run", tables + choices)] {
        let help = try repro(command, "--help", in: directory)
        #expect(help.code == 0, "\(help.errors)")
        // Lines are broken anywhere.
        let text = help.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for word in words { #expect(text.contains(word), "\(command): \(word)") }
      }
      let unknown = try repro("table9", in: directory)
      #expect(unknown.code == 2 && unknown.errors.contains("table4"))
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

  @Test("lskd-ckpt converts, compares, prints and refuses")
  func checkpoints() throws {
    try inTemporaryDirectory { directory in
      let sample = BuiltProgram.project
        .appendingPathComponent("checkpoints/table2-c-london-reduced-seed0.lskd").path
      #expect(try ckpt("verify", sample, in: directory).code == 0)
      for name in ["m.pth", "m.safetensors", "m.lskd"] {
        #expect(try ckpt("export", sample, name, in: directory).code == 0)
        let same = try ckpt("diff", sample, name, in: directory)
        #expect(same.code == 0 && same.output.hasPrefix("0 of 82 tensors differ"), "\(same)")
      }
      let imported = try ckpt(
        "import", "m.pth", "i.lskd", "--architecture", "wrn-16-1", "--classes", "100",
        in: directory)
      #expect(imported.code == 0)
      #expect(try eval("i.lskd", "--synthetic", in: directory).code == 0)

      #expect(try ckpt("strip", sample, "half.lskd", "--lossy", "float16", in: directory).code == 0)
      let lossy = try ckpt("inspect", "half.lskd", "--json", in: directory)
      #expect(lossy.output.contains("\"lossy\":\"float32 rounded to float16\""))
      let changed = try ckpt("diff", sample, "half.lskd", in: directory)
      #expect(changed.code == 1 && changed.output.contains("conv1.weight: float32 and float16"))

      #expect(try ckpt("delta", "half.lskd", "d.lskd", "--base", sample, in: directory).code == 0)
      let alone = try ckpt("diff", "d.lskd", sample, in: directory)
      #expect(alone.code == 1 && alone.errors.contains("lskd-ckpt restore"))
      #expect(
        try ckpt("restore", "d.lskd", "r.lskd", "--base", sample, in: directory).code == 0)
      #expect(try ckpt("diff", "half.lskd", "r.lskd", in: directory).code == 0)

      let printed = try ckpt("cat", sample, "fc.bias", in: directory)
      #expect(printed.output.split(separator: "\n").count == 100)
      #expect(try ckpt("cat", sample, "absent", in: directory).code == 1)
      #expect(try ckpt("export", sample, "m.zip", in: directory).code == 2)
      try Data("no model".utf8).write(to: directory.appendingPathComponent("text"))
      let foreign = try ckpt("import", "text", "t.lskd", in: directory)
      #expect(foreign.code == 1 && foreign.errors.contains("text"))
    }
  }

  private static let python = ProcessInfo.processInfo.environment["LSKD_PYTHON"]

  @Test(
    "PyTorch and safetensors themselves read what is exported",
    .enabled(if: python != nil, "LSKD_PYTHON names no Python with torch and safetensors"))
  func realPackages() throws {
    try inTemporaryDirectory { directory in
      let sample = BuiltProgram.project
        .appendingPathComponent("checkpoints/table2-c-london-reduced-seed0.lskd").path
      for name in ["m.pth", "m.safetensors"] {
        #expect(try ckpt("export", sample, name, in: directory).code == 0)
      }
      let script = BuiltProgram.project.appendingPathComponent("Tests/Comparison/read_exports.py")
      let process = Process()
      process.executableURL = URL(fileURLWithPath: try #require(Self.python))
      process.arguments = [script.path, "m.pth", "m.safetensors"]
      process.currentDirectoryURL = directory
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      // And back: both forms of torch.save.
      for name in ["new.pth", "old.pth"] {
        let same = try ckpt("diff", sample, name, in: directory)
        #expect(same.code == 0, "\(same)")
      }
    }
  }
}
