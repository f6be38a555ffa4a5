import Foundation
import TestSupport
import Testing

/// Fetching and verifying as a user meets them. Nothing here leaves the machine.
struct DataProgramTests {
  private let data = BuiltProgram("lskd-data")

  /// Runs a command of the system; what it printed.
  private func system(_ command: String..., in directory: URL) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.currentDirectoryURL = directory
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  /// A packed devkit `files/set.tgz` with its manifest `set.json`; no server has it.
  private func pack(in directory: URL) throws {
    let made = try data(
      "synthesize", "--layout=voc", "--train=4", "--test=2", "made", in: directory)
    #expect(made.code == 0, "\(made.errors)")
    let files = directory.appendingPathComponent("files")
    try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
    _ = try system("tar", "-czf", "files/set.tgz", "-C", "made", "VOCdevkit", in: directory)
    let hash = try system("sha256sum", "files/set.tgz", in: directory).prefix(64)
    let manifest = """
      {"schema": 1, "id": "set", "title": "A set", "task": "none", "layout": "none", "licence": "free",
       "archives": [{"name": "set.tgz", "sha256": "\(hash)", "unpacksTo": "VOCdevkit",
                     "mirrors": ["http://127.0.0.1:1/set.tgz"]}], "files": []}
      """
    try Data(manifest.utf8).write(to: directory.appendingPathComponent("set.json"))
  }

  @Test("fetch says what to do when no server answers, and takes the archive by hand, once")
  func fetch() throws {
    try inTemporaryDirectory { directory in
      try pack(in: directory)
      let failed = try data("fetch", "set.json", "set", in: directory)
      #expect(failed.code == 1 && failed.errors.contains("pass it with --archive FILE"))
      #expect(failed.errors.split(separator: "\n").count == 1)
      let taken = try data("fetch", "set.json", "set", "--archive", "files", in: directory)
      #expect(taken.code == 0 && taken.output.contains("unpacked"), "\(taken)")
      let again = try data("fetch", "set.json", "set", in: directory)
      #expect(again.code == 0 && again.output.contains("is unpacked already"))
      #expect(try data("verify", "voc2007", "set", in: directory).code == 0)
      try Data([1]).write(to: directory.appendingPathComponent("files/set.tgz"))
      let wrong = try data(
        "fetch", "set.json", "other", "--archive", "files/set.tgz", in: directory)
      #expect(wrong.code == 1 && wrong.errors.contains("SHA-256"))
    }
  }

  @Test("a disk without room leaves no half of a data set")
  func fullDisk() throws {
    try inTemporaryDirectory { directory in
      try pack(in: directory)
      let full = try data.limited(
        fileKibibytes: 8, ["fetch", "set.json", "set", "--archive", "files/set.tgz"], in: directory)
      #expect(full.code == 1 && full.errors.contains("cannot write"), "\(full)")
      let names = try FileManager.default.contentsOfDirectory(
        atPath: directory.appendingPathComponent("set").path)
      #expect(names.isEmpty)
    }
  }

  @Test("verify names what is bad or missing, in words and as JSON")
  func verify() throws {
    try inTemporaryDirectory { directory in
      _ = try data("synthesize", "--layout=voc", "--train=4", "--test=2", "set", in: directory)
      #expect(try data("verify", "voc2007", "set", in: directory).code == 0)
      let photos = directory.appendingPathComponent("set/VOCdevkit/VOC2007/JPEGImages")
      let names = try FileManager.default.contentsOfDirectory(atPath: photos.path).sorted()
      try FileManager.default.removeItem(at: photos.appendingPathComponent(names[0]))
      let part = try data("verify", "voc2007", "set", in: directory)
      #expect(part.code == 1 && part.output.contains("\(names[0]) is missing"))
      let allowed = try data("verify", "voc2007", "set", "--allow-missing", in: directory)
      #expect(allowed.code == 0 && allowed.output.contains("an intact part"))
      try Data([0xFF, 0xD8, 0]).write(to: photos.appendingPathComponent(names[1]))
      let bad = try data("verify", "voc2007", "set", "--allow-missing", "--json", in: directory)
      #expect(bad.code == 1)
      let json = try JSONSerialization.jsonObject(with: Data(bad.output.utf8)) as? [String: Any]
      let problems = try #require(json?["problems"] as? [String])
      #expect(problems.count == 1 && problems[0].contains(names[1]))
    }
  }

  @Test("requests that make no sense end with exit code 2, failures with 1")
  func codes() throws {
    try inTemporaryDirectory { directory in
      for arguments in [
        ["verify", "voc2013", "."], ["verify", ".", "--quick"], ["fetch", "voc2013", "set"],
        ["fetch", "voc2012", "set", "--mirror", "ftp://127.0.0.1"],
      ] {
        let result = try data.run(arguments, in: directory)
        #expect(result.code == 2, "\(arguments): \(result)")
      }
      try Data("{}".utf8).write(to: directory.appendingPathComponent("set.json"))
      for arguments in [
        ["verify", "voc2012", "."], ["verify", "sbd", "."], ["verify", "."],
        ["fetch", "set.json", "set"], ["fetch", "voc2012", "set", "--archive", "absent"],
      ] {
        let result = try data.run(arguments, in: directory)
        #expect(result.code == 1 && !result.errors.isEmpty, "\(arguments): \(result)")
      }
    }
  }

  @Test("list names archives, hashes and images")
  func list() throws {
    try inTemporaryDirectory { directory in
      let text = try data("list", in: directory).output
      for words in [
        "voc2007", "voc2012", "sbd", "VOCtest_06-Nov-2007.tar", "Segmentation/val 1449",
      ] {
        #expect(text.contains(words))
      }
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
      for numbers in [
        ["--train=x"], ["--train=0"], ["--train=60000"], ["--layout=voc", "--test=0"],
      ] {
        let result = try BuiltProgram("lskd-data").run(
          ["synthesize"] + numbers + ["set"], in: directory)
        #expect(result.code == 2, "\(numbers)")
      }
    }
  }
}
