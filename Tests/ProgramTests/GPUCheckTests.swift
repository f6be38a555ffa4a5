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

  private func reference() -> String? {
    let beside = BuiltProgram.project.deletingLastPathComponent()
      .appendingPathComponent("shared/reference").path
    let place = ProcessInfo.processInfo.environment["LSKD_REFERENCE"] ?? beside
    return FileManager.default.fileExists(atPath: place + "/models/wrn-16-2.json") ? place : nil
  }

  @Test("it runs its whole way and writes what it found of every step")
  func wholeWay() throws {
    try inTemporaryDirectory { directory in
      let vectors = reference()
      let found = try check(vectors.map { ["--reference", $0] } ?? [], in: directory)
      #expect(found.result.code == 0, "\(found.result.output) \(found.result.errors)")
      let outcomes = found.steps.mapValues { $0["outcome"] as? String }
      let expected = [
        "doctor": "passed", "golden vectors": vectors == nil ? "skipped" : "passed",
        "step in float32": "passed", "step in tf32": "passed", "step in bfloat16": "passed",
        "resuming": "passed", "full recipe": "passed",
      ]
      #expect(outcomes == expected)
      #expect(found.steps["resuming"]?["exact"] as? Bool == true)
      #expect((found.steps["full recipe"]?["epochs"] as? Int ?? 0) > 0)
      let variants = try #require(found.steps["step in bfloat16"]?["variants"] as? [[String: Any]])
      #expect(variants.contains { $0["variant"] as? String == "london, fast" })
      for variant in variants { #expect((variant["imagesPerSecond"] as? Double ?? 0) > 0) }
    }
  }

  @Test("golden vectors that a device does not meet fail, and the exit code says so")
  func disagreement() throws {
    guard let vectors = reference() else {
      print("skipped: no golden vectors")
      return
    }
    try inTemporaryDirectory { directory in
      let models = directory.appendingPathComponent("models")
      try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
      let text = try String(contentsOfFile: vectors + "/models/wrn-16-2.json", encoding: .utf8)
      // Inputs of another name are other numbers.
      let other = text.replacingOccurrences(of: "\"input_name\": \"", with: "\"input_name\": \"x")
      try #require(other != text)
      try Data(other.utf8).write(to: models.appendingPathComponent("wrn-16-2.json"))
      // Half a minute is enough for the vectors; what comes later is cut short.
      let found = try check(["--reference", ".", "--minutes", "0.5"], in: directory)
      #expect(found.result.code == 1)
      #expect(found.steps["golden vectors"]?["outcome"] as? String == "failed")
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
}
