import Foundation
import TestSupport
import Testing

/// Segmentation as a user meets it.
@Suite(.serialized)
struct SegmentationProgramTests {
  private let repro = BuiltProgram("lskd-repro")
  private let eval = BuiltProgram("lskd-eval")
  private let data = BuiltProgram("lskd-data")

  private func json(_ text: String) throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test(
    "table5 trains, draws and reports; its checkpoint measures the same, and so do its written masks"
  )
  func table() throws {
    try inTemporaryDirectory { directory in
      let table = try repro(
        "table5", "--budget=smoke", "--methods=student,ofd", "--settings=resnet101-resnet18",
        "--threads=1", "--panel", "--json", in: directory)
      #expect(table.code == 0, "\(table.errors)")
      #expect(
        table.output.contains("miou_scaled_last") && table.output.contains("miou_native_last"))
      let runs = directory.appendingPathComponent("runs")
      let names = try FileManager.default.contentsOfDirectory(atPath: runs.path)
      let run = try #require(names.first { $0.hasPrefix("table5-resnet101-resnet18-ofd") })
      #expect(names.contains { $0.hasPrefix("table5-panel-") })
      let folder = runs.appendingPathComponent(run)
      let record = try json(
        String(contentsOf: folder.appendingPathComponent("record.json"), encoding: .utf8))
      let last = try #require((record["last"] as? [String: Any])?["measures"] as? [String: Double])
      // More than half of the pixels are background, one class of 21.
      let constant = try #require(record["constantPredictor"] as? [String: Double])
      #expect((50.0 / 21...100 / 21).contains(constant["miouScaled"] ?? 0))
      let devkit = runs.appendingPathComponent("synthetic-voc-v2-24-8").path
      let checkpoint = folder.appendingPathComponent("last.lskd").path
      let result = try eval(
        checkpoint, "--voc", devkit, "--year=2007", "--set=test", "--write-predictions=masks",
        "--write-overlays=overlays", "--json", in: directory)
      #expect(result.code == 0, "\(result.errors)")
      let metrics = try #require(json(result.output)["metrics"] as? [String: Any])
      for (key, name) in [
        ("miou", "miouNative"), ("miou_scaled", "miouScaled"), ("pixel_accuracy", "pixelAccuracy"),
      ] {
        let found = try #require(metrics[key] as? Double)
        #expect(abs(100 * found - (last[name] ?? .nan)) < 1e-12, "\(key)")
      }
      // The header names the devkit, which is made anew.
      let alone = try eval(checkpoint, "--json", in: directory)
      #expect(alone.output == result.output, "\(alone.errors)")
      let masks = try eval(
        "segmentation", "masks", "--voc", devkit, "--year=2007", "--set=test", "--json",
        in: directory)
      #expect(masks.code == 0, "\(masks.errors)")
      let again = try #require(json(masks.output)["metrics"] as? [String: Any])
      #expect(again["miou"] as? Double == metrics["miou"] as? Double)
      #expect(again["iou"] as? NSDictionary == metrics["iou"] as? NSDictionary)
      try report(directory, folder)
    }
  }

  /// The report says what the server said, and nothing where nobody asked it.
  private func report(_ directory: URL, _ folder: URL) throws {
    let figure = folder.appendingPathComponent("test-server.json")
    let place = directory.appendingPathComponent("Reports/table5.md")
    #expect(try repro("report", in: directory).code == 0)
    let without = try String(contentsOf: place, encoding: .utf8)
    #expect(without.contains("| n/a |") && without.contains("](table5-panel-"))
    #expect(without.contains("not be set against the paper's"))
    try Data(#"{"miou": 73.24}"#.utf8).write(to: figure)
    #expect(try repro("report", in: directory).code == 0)
    #expect(try String(contentsOf: place, encoding: .utf8).contains("| 73.24 |"))
    try Data(#"{"miou": 7324}"#.utf8).write(to: figure)
    let wrong = try repro("report", in: directory)
    #expect(wrong.code == 1 && wrong.errors.contains("test-server.json"))
  }

  @Test("requests that make no sense end with exit code 2 and say what exists")
  func usage() throws {
    try inTemporaryDirectory { directory in
      for (argument, word) in [
        ("--settings=c", "resnet101-mobilenet"), ("--methods=fitnets", "not made for segmentation"),
        ("--train-sets=2012", "YEAR:SET"), ("--backbone=vgg16=x", "resnet101"),
        ("--lipschitz-pairs=none", "encoder"), ("--lipschitz-share=2", "between 0 and 1"),
      ] {
        let result = try repro("table5", argument, in: directory)
        #expect(result.code == 2, "\(argument): \(result.errors)")
        #expect(result.errors.contains(word), "\(argument): \(result.errors)")
      }
    }
  }

  @Test(
    "a bad mask ends the command with its name, or is listed; a test set without truth is predicted"
  )
  func badInput() throws {
    try inTemporaryDirectory { directory in
      #expect(
        try data("synthesize", "--layout=voc", "--train=8", "--test=3", "set", in: directory).code
          == 0)
      let masks = directory.appendingPathComponent("set/VOCdevkit/VOC2007/SegmentationClass")
      let bad = try #require(
        try FileManager.default.contentsOfDirectory(atPath: masks.path).sorted().first)
      try Data("no mask".utf8).write(to: masks.appendingPathComponent(bad))
      let plan = [
        "--budget=reduced", "--data=set", "--methods=student", "--train-sets=2007:trainval",
        "--test-sets=2007:test", "--dry-run",
      ]
      let whole = try repro.run(["table5"] + plan, in: directory)
      #expect(whole.code == 1 && whole.errors.contains(bad), "\(whole.errors)")
      let part = try repro.run(["table5"] + plan + ["--skip-bad"], in: directory)
      #expect(part.code == 0 && part.errors.contains("left out: "), "\(part.errors)")
      #expect(part.errors.contains(bad))
      // A server's test set: photos without masks.
      let smoke = try repro(
        "table5", "--budget=smoke", "--methods=student", "--settings=resnet101-mobilenet",
        "--threads=1", in: directory)
      #expect(smoke.code == 0, "\(smoke.errors)")
      let runs = directory.appendingPathComponent("runs")
      let run = try #require(
        try FileManager.default.contentsOfDirectory(atPath: runs.path).first {
          $0.hasPrefix("table5-")
        })
      try FileManager.default.removeItem(at: masks)
      let checkpoint = runs.appendingPathComponent("\(run)/last.lskd").path
      let blind = try eval(
        checkpoint, "--voc=set", "--year=2007", "--set=test", "--write-predictions=out",
        in: directory)
      #expect(blind.code == 0 && blind.output.contains("nothing is measured"), "\(blind.errors)")
      let written = try FileManager.default.contentsOfDirectory(
        atPath: directory.appendingPathComponent("out").path)
      #expect(written.count == 3)
      let measured = try eval(checkpoint, "--voc=set", "--year=2007", "--set=test", in: directory)
      #expect(measured.code == 1 && measured.errors.contains(".png"))
    }
  }
}
