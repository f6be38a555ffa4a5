import Foundation
import TestSupport
import Testing

/// The check of a device, the whole way on the host at its smallest size.
struct GPUCheckTests {
  private func check(_ arguments: [String] = [], in directory: URL) throws
    -> (result: BuiltProgram.Result, steps: [String: [String: Any]])
  {
    let whole = ["gpu-check", "--device", "cpu", "--tiny", "--output", "found.json"] + arguments
    let result = try BuiltProgram("lskd-bench").run(whole, in: directory)
    let data = try Data(contentsOf: directory.appendingPathComponent("found.json"))
    let root = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    let steps = try #require(root["steps"] as? [[String: Any]])
    let names = try steps.map { try #require($0["step"] as? String) }
    return (result, Dictionary(uniqueKeysWithValues: zip(names, steps)))
  }

  private let types = ["golden vectors in float32", "golden vectors in float64"]
  private let vectors = BuiltProgram.project.appendingPathComponent("Tests/Vectors")

  @Test("it runs its whole way and writes what it found of every step")
  func wholeWay() throws {
    try inTemporaryDirectory { directory in
      let found = try check(["--reference", vectors.path], in: directory)
      #expect(found.result.code == 0, "\(found.result.output) \(found.result.errors)")
      let outcomes = found.steps.mapValues { $0["outcome"] as? String }
      let expected = [
        "doctor": "passed",
        "golden vectors in float32": "passed", "golden vectors in float64": "passed",
        "replicas": "passed", "step in float32": "passed",
        "step in bfloat16": "passed",
        "resuming student of c": "passed", "full recipe": "passed",
      ]
      #expect(outcomes == expected)
      let files = try #require(
        found.steps["golden vectors in float32"]?["files"] as? [String: [String: Any]])
      #expect(files.keys.sorted() == ["losses/kd", "losses/london_lipschitz", "models/wrn-10-1"])
      for (name, file) in files {
        #expect((file["comparisons"] as? Int ?? 0) > 10, "\(name)")
        let largest = try #require(file["largest"] as? Double)
        // Nothing in float32 is exact.
        #expect(largest > 0 && largest <= 10, "\(name)")
      }
      #expect(found.steps["resuming student of c"]?["exact"] as? Bool == true)
      #expect((found.steps["full recipe"]?["epochs"] as? Int ?? 0) > 0)
      let variants = try #require(found.steps["step in bfloat16"]?["variants"] as? [[String: Any]])
      #expect(variants.contains { $0["variant"] as? String == "london, fast" })
      for variant in variants { #expect((variant["imagesPerSecond"] as? Double ?? 0) > 0) }

      let page = try BuiltProgram("lskd-bench")(
        "gpu-page", "found.json", "--gpu", "a GPU", "--output", "page.md", in: directory)
      #expect(page.code == 0, "\(page.errors)")
      let text = try String(
        contentsOf: directory.appendingPathComponent("page.md"), encoding: .utf8)
      #expect(text.hasPrefix("# a GPU\n"))
      for (step, outcome) in expected { #expect(text.contains("| \(step) | \(outcome) |")) }
      #expect(text.contains("### A step in bfloat16"))
      #expect(text.components(separatedBy: "| london, fast |").count == 3)
    }
  }

  @Test(
    "a golden vector of a network or a loss that a device does not meet fails, and the exit code says so",
    arguments: [
      // Inputs of another name are other numbers, and another temperature gives another loss.
      ("models/wrn-10-1", #""input_name":""#, #""input_name":"x"#),
      ("losses/kd", #""T":4,"#, #""T":4.01,"#),
    ])
  func disagreement(_ name: String, _ text: String, _ replacement: String) throws {
    try inTemporaryDirectory { directory in
      let copies = directory.appendingPathComponent("vectors")
      try FileManager.default.copyItem(at: vectors, to: copies)
      let file = copies.appendingPathComponent("\(name).json")
      let golden = try String(contentsOf: file, encoding: .utf8)
      let changed = golden.replacingOccurrences(of: text, with: replacement)
      try #require(changed != golden)
      try Data(changed.utf8).write(to: file)
      let found = try check(["--reference", "vectors", "--only", "vectors"], in: directory)
      #expect(found.result.code == 1)
      #expect(found.steps.keys.sorted() == types)
      for step in found.steps.values {
        #expect(step["outcome"] as? String == "failed")
        #expect((step["reason"] as? String)?.hasPrefix(name) == true)
        let files = try #require(step["files"] as? [String: [String: Any]])
        for (other, file) in files {
          let disagreements = try #require(file["disagreements"] as? [String])
          #expect(disagreements.isEmpty == (other != name), "\(other)")
        }
      }
    }
  }

  @Test("a golden vector that cannot be read fails alone; the others are compared")
  func damage() throws {
    try inTemporaryDirectory { directory in
      let copies = directory.appendingPathComponent("vectors")
      try FileManager.default.copyItem(at: vectors, to: copies)
      try Data(#"{"cases": [{"name": "nothing"}]}"#.utf8)
        .write(to: copies.appendingPathComponent("losses/kd.json"))
      let found = try check(["--reference", "vectors", "--only", "vectors"], in: directory)
      #expect(found.result.code == 1)
      #expect(found.steps.keys.sorted() == types)
      let step = try #require(found.steps["golden vectors in float32"])
      let reason = #"losses/kd: kd.json/cases[0]: expected a member "inputs""#
      #expect(step["reason"] as? String == reason)
      let files = try #require(step["files"] as? [String: [String: Any]])
      #expect((files["losses/london_lipschitz"]?["comparisons"] as? Int ?? 0) > 10)
    }
  }

  @Test(
    "a page of anything but a check's results is refused by the file's name",
    arguments: ["", "{\"steps\": [{\"step\"", "[]", "{\"steps\": []}", "{\"steps\": [{}]}"])
  func notAResult(_ text: String) throws {
    try inTemporaryDirectory { directory in
      try Data(text.utf8).write(to: directory.appendingPathComponent("other.json"))
      let result = try BuiltProgram("lskd-bench")(
        "gpu-page", "other.json", "--output", "page.md", in: directory)
      #expect(result.code == 1)
      #expect(result.errors.contains("other.json is no result of gpu-check: "))
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).count == 1)
    }
  }

  @Test("a device that is not there is a usage error, before anything runs")
  func missingDevice() throws {
    try inTemporaryDirectory { directory in
      let result = try BuiltProgram("lskd-bench")("gpu-check", "--device", "cuda:99", in: directory)
      #expect(result.code == 2)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }
  }

  @Test("a directory of golden vectors that is not there is a usage error, before anything runs")
  func missingReference() throws {
    try inTemporaryDirectory { directory in
      let result = try BuiltProgram("lskd-bench")(
        "gpu-check", "--device", "cpu", "--reference", "nowhere", in: directory)
      #expect(result.code == 2)
      #expect(result.errors.contains("--reference nowhere is no directory"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }
  }
}
