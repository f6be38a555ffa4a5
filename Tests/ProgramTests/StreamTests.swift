import Foundation
import TestSupport
import Testing

/// What programs do with streams that take nothing.
struct StreamTests {
  private static let sample = BuiltProgram.project
    .appendingPathComponent("checkpoints/table2-c-london-reduced-seed0.lskd").path

  private static let printing = [
    ["lskd-repro", "--help"], ["lskd-train", "--help"], ["lskd-eval", "--help"],
    ["lskd-ckpt", "--help"], ["lskd-data", "--help"], ["lskd-bench", "--help"],
    ["lskd-data", "list"], ["lskd-repro", "table1"],
    ["lskd-repro", "table2", "--budget=smoke", "--methods=student", "--dry-run"],
    ["lskd-eval", sample, "--synthetic"], ["lskd-ckpt", "verify", sample],
    ["lskd-ckpt", "inspect", sample], ["lskd-ckpt", "diff", sample, sample],
    ["lskd-ckpt", "cat", sample, "fc.bias"], ["lskd-ckpt", "cat", sample, "fc.bias", "--raw"],
    ["lskd-bench", "data", "--images=100"],
  ]

  /// Opens the end to write of a pipe that nobody reads, as descriptor 4.
  private static let brokenPipe = "mkfifo pipe && exec 3<>pipe 4>pipe 3<&-; "

  @Test("a result that cannot be printed is a failure with a sentence", arguments: printing)
  func fullDevice(_ words: [String]) throws {
    try inTemporaryDirectory { directory in
      let result = try BuiltProgram(words[0]).shell(
        #"exec "$@" >/dev/full"#, Array(words.dropFirst()), in: directory)
      #expect(result.code == 1)
      #expect(
        result.errors == "error: cannot write to standard output: No space left on device\n")
    }
  }

  @Test("where nobody reads on, a program ends quietly by SIGPIPE", arguments: printing)
  func closedPipe(_ words: [String]) throws {
    try inTemporaryDirectory { directory in
      let result = try BuiltProgram(words[0]).shell(
        Self.brokenPipe + #"exec "$@" >&4 4>&-"#, Array(words.dropFirst()), in: directory)
      #expect(result.code == -SIGPIPE)
      #expect(result.errors.isEmpty, "\(result.errors)")
    }
  }

  @Test("a closed standard output fails, and no file is printed into")
  func closedOutput() throws {
    try inTemporaryDirectory { directory in
      let ckpt = BuiltProgram("lskd-ckpt")
      let closed = try ckpt.shell(
        #"exec "$@" >&-"#, ["export", Self.sample, "closed.safetensors"], in: directory)
      #expect(closed.code == 1)
      #expect(closed.errors == "error: cannot write to standard output: Bad file descriptor\n")
      #expect(try ckpt("export", Self.sample, "open.safetensors", in: directory).code == 0)
      let files = try ["closed", "open"].map {
        try Data(contentsOf: directory.appendingPathComponent("\($0).safetensors"))
      }
      #expect(files[0] == files[1])
    }
  }

  @Test(
    "a training goes on where nobody hears of its progress",
    arguments: ["2>/dev/full", "2>&4 4>&-", "2>&-"])
  func deafAudience(_ redirection: String) throws {
    try inTemporaryDirectory { directory in
      let result = try BuiltProgram("lskd-repro").shell(
        Self.brokenPipe + #"exec "$@" "# + redirection,
        [
          "table2", "--budget=smoke", "--epochs=2", "--part=0.1", "--methods=student",
          "--threads=1",
        ],
        in: directory)
      #expect(result.code == 0)
      #expect(result.output.contains("student"))
    }
  }

  @Test("what the file system refuses is one sentence, without the words of a library")
  func sentences() throws {
    try inTemporaryDirectory { directory in
      let repro = BuiltProgram("lskd-repro")
      let table = [
        "table2", "--budget=smoke", "--epochs=2", "--part=0.1", "--methods=student", "--threads=1",
      ]
      #expect(try repro.run(table, in: directory).code == 0)
      try Data().write(to: directory.appendingPathComponent("file"))
      let devkit = ["lskd-data", "synthesize", "--layout=voc", "--train=4", "--test=2"]
      for (words, sentence) in [
        (
          ["lskd-repro", "report", "--output=/proc/lskd"],
          "cannot make the directory /proc/lskd: No such file or directory"
        ),
        (
          ["lskd-repro", "report", "--output=file"],
          "cannot make the directory \(directory.path)/file: File exists"
        ),
        (
          ["lskd-repro"] + table + ["--runs=file"],
          "cannot make the directory \(directory.path)/file"
        ),
        (["lskd-repro", "report", "--runs=file"], "Not a directory; name the runs with --runs"),
        (devkit + ["file"], "cannot make the directory \(directory.path)/file: File exists"),
        (["lskd-data", "synthesize", "file/set"], "Not a directory"),
        (["lskd-data", "fetch", "voc2007", "file/set"], "Not a directory"),
        (["lskd-ckpt", "verify", "file/x"], "file/x"),
        (["lskd-ckpt", "export", Self.sample, "file/x.pth"], "Not a directory"),
      ] {
        let result = try BuiltProgram(words[0]).run(Array(words.dropFirst()), in: directory)
        #expect(result.code == 1, "\(words): \(result)")
        #expect(result.errors.contains(sentence), "\(words): \(result.errors)")
        #expect(
          !result.errors.contains("Domain") && !result.errors.contains("could not be completed"),
          "\(words): \(result.errors)")
      }
    }
  }
}
