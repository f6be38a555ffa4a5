import Foundation
import SuiteVersion
import TestSupport
import Testing

/// What a user asks for: help, plans, and requests that make no sense.
struct RequestProgramTests {
  private let repro = BuiltProgram("lskd-repro")
  private let eval = BuiltProgram("lskd-eval")

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
        (["--precision", "tf32"], "of CUDA devices alone"),
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
      #expect(names.output.contains("Shang et al. 2021 (LONDON) on Heo et al. 2019 (OFD)"))
      #expect(names.output.contains("a control of this suite on Heo et al. 2019 (OFD)"))
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
}
