import Foundation
import TestSupport
import Testing

/// Detection as a user meets it.
@Suite(.serialized)
struct DetectionProgramTests {
  private let repro = BuiltProgram("lskd-repro")
  private let eval = BuiltProgram("lskd-eval")
  private let data = BuiltProgram("lskd-data")

  private func json(_ text: String) throws -> [String: Any]? {
    try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
  }

  @Test(
    "table4 trains, draws a panel and reports; its checkpoint measures the same and its files do")
  func table() throws {
    try inTemporaryDirectory { directory in
      let table = try repro(
        "table4", "--budget=smoke", "--methods=student", "--settings=resnet50-resnet18",
        "--threads=1", "--panel", "--json", in: directory)
      #expect(table.code == 0, "\(table.errors)")
      #expect(table.output.contains("map_voc07_last"))
      let runs = directory.appendingPathComponent("runs")
      let names = try FileManager.default.contentsOfDirectory(atPath: runs.path)
      let run = try #require(names.first { $0.hasPrefix("table4-resnet50-resnet18-student") })
      #expect(names.contains { $0.hasPrefix("table4-panel-") })
      let record = try json(
        String(contentsOf: runs.appendingPathComponent("\(run)/record.json"), encoding: .utf8))
      let last = try #require((record?["last"] as? [String: Any])?["measures"] as? [String: Double])
      let devkit = runs.appendingPathComponent("synthetic-voc-v2-24-8").path
      let checkpoint = runs.appendingPathComponent("\(run)/last.lskd").path
      for (rule, key) in [("voc07", "mapVOC07"), ("area", "mapArea")] {
        let result = try eval(
          checkpoint, "--voc", devkit, "--rule", rule, "--write-detections", "found", "--json",
          in: directory)
        #expect(result.code == 0, "\(result.errors)")
        let metrics = try json(result.output)?["metrics"] as? [String: Any]
        // The numbers agree to the last digit as text; reading them back may cost one.
        let found = try #require(metrics?["map"] as? Double)
        #expect(abs(100 * found - (last[key] ?? .nan)) < 1e-12)
        let files = try eval(
          "detections", "found", "--voc", devkit, "--rule", rule, "--allow-missing", "--curves",
          "curves", "--json", in: directory)
        #expect(files.code == 0, "\(files.errors)")
        let again = try json(files.output)?["metrics"] as? NSDictionary
        #expect(again == metrics as NSDictionary?)
      }
      try testsWithoutTruth(checkpoint, devkit, in: directory)
      // The header names the devkit, which is made anew.
      try FileManager.default.removeItem(atPath: devkit)
      let alone = try eval(checkpoint, "--json", in: directory)
      #expect(alone.code == 0, "\(alone.errors)")
      let metrics = try json(alone.output)?["metrics"] as? [String: Any]
      #expect(abs(100 * (metrics?["map"] as? Double ?? .nan) - (last["mapVOC07"] ?? 0)) < 1e-12)
      let curves = directory.appendingPathComponent("curves/precision-recall.svg").path
      #expect(FileManager.default.fileExists(atPath: curves))
      #expect(try repro("report", in: directory).code == 0)
      let report = try String(
        contentsOf: directory.appendingPathComponent("Reports/table4.md"), encoding: .utf8)
      #expect(report.contains("mAP (area)") && report.contains("](table4-panel-"))
      #expect(report.contains("not be set against the paper's"))
    }
  }

  /// Photos without annotations, as the devkit's own test set has them, and damaged ones.
  private func testsWithoutTruth(_ checkpoint: String, _ devkit: String, in directory: URL) throws {
    let copy = directory.appendingPathComponent("copy")
    try FileManager.default.copyItem(atPath: devkit, toPath: copy.path)
    let year = copy.appendingPathComponent("VOCdevkit/VOC2007")
    let command = [
      checkpoint, "--voc=copy", "--year=2007", "--set=test", "--write-detections=blind",
    ]
    let annotations = year.appendingPathComponent("Annotations")
    let known = try FileManager.default.contentsOfDirectory(atPath: annotations.path)
    let list = try String(
      contentsOf: year.appendingPathComponent("ImageSets/Main/test.txt"), encoding: .utf8)
    let images = list.split(separator: "\n")
    try FileManager.default.removeItem(at: annotations.appendingPathComponent("\(images[0]).xml"))
    let mixed = try eval.run(command, in: directory)
    #expect(known.count > 1 && mixed.code == 1 && mixed.errors.contains("have no annotation"))
    try FileManager.default.removeItem(at: annotations)
    let blind = try eval.run(command, in: directory)
    #expect(blind.code == 0 && blind.output.contains("nothing is measured"), "\(blind)")
    let files = try FileManager.default.contentsOfDirectory(
      atPath: directory.appendingPathComponent("blind").path)
    #expect(files.count == 20)
    for file in files {
      let written = try ["blind", "found"].map {
        try Data(contentsOf: directory.appendingPathComponent("\($0)/\(file)"))
      }
      #expect(written[0] == written[1], "\(file)")
    }
    let measured = try eval.run(Array(command.dropLast()), in: directory)
    #expect(measured.code == 1 && measured.errors.contains(".xml"))
    // The header of the photo is whole, its pixels are not.
    let photo = year.appendingPathComponent("JPEGImages/\(images[0]).jpg")
    let bytes = try Data(contentsOf: photo)
    try bytes.prefix(bytes.count / 2).write(to: photo)
    let bad = try eval.run(command, in: directory)
    #expect(bad.code == 1 && bad.errors.contains("\(images[0]).jpg"))
    let rest = try eval.run(command + ["--skip-bad"], in: directory)
    #expect(rest.code == 0 && rest.errors.contains("left out: "), "\(rest)")
    #expect(rest.errors.contains("\(images[0]).jpg"))
  }

  @Test("requests that make no sense end with exit code 2 and say what exists")
  func usage() throws {
    try inTemporaryDirectory { directory in
      for (argument, word) in [
        ("--settings=c", "resnet50-resnet18"), ("--methods=crd", "not made for detection"),
        ("--train-sets=2007", "YEAR:SET"), ("--backbone=alexnet=x", "vgg16"),
      ] {
        let result = try repro("table4", argument, in: directory)
        #expect(result.code == 2, "\(argument): \(result.errors)")
        #expect(result.errors.contains(word), "\(argument): \(result.errors)")
      }
    }
  }

  @Test("a devkit without photos, and result files with anything wrong, end with file and line")
  func badInput() throws {
    try inTemporaryDirectory { directory in
      #expect(
        try data("synthesize", "--layout=voc", "--train=4", "--test=3", "set", in: directory).code
          == 0)
      let absent = try repro("table4", "--budget=reduced", "--data=absent", in: directory)
      #expect(absent.code == 1 && absent.errors.contains("absent"))
      let photos = directory.appendingPathComponent("set/VOCdevkit/VOC2007/JPEGImages")
      let gone = try #require(
        try FileManager.default.contentsOfDirectory(atPath: photos.path).sorted().first)
      try FileManager.default.removeItem(at: photos.appendingPathComponent(gone))
      let plan = ["--budget=reduced", "--data=set", "--methods=student", "--dry-run"]
      let whole = try repro("table4", plan[0], plan[1], plan[2], plan[3], in: directory)
      #expect(whole.code == 1 && whole.errors.contains(gone))
      let part = try repro(
        "table4", plan[0], plan[1], plan[2], plan[3], "--skip-bad", in: directory)
      #expect(part.code == 0 && part.errors.contains("left out: "), "\(part.errors)")
      #expect(part.errors.contains(gone))
      let files = directory.appendingPathComponent("found")
      try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
      func measure(_ name: String, _ text: String) throws -> BuiltProgram.Result {
        let file = files.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        defer { _ = try? FileManager.default.removeItem(at: file) }  // Leftovers harm no one.
        return try eval("detections", "found", "--voc", "set", "--allow-missing", in: directory)
      }
      let image = try String(
        contentsOf: directory.appendingPathComponent(
          "set/VOCdevkit/VOC2007/ImageSets/Main/test.txt"), encoding: .utf8
      ).prefix { $0 != "\n" }
      let good = "\(image) 0.5 1 1 9 9\n"
      #expect(try measure("comp4_det_test_dog.txt", good).code == 0)
      for (text, word) in [
        (good + "\(image) nan 1 1 9 9\n", "line 2"), (good + "\(image) inf 1 1 9 9\n", "line 2"),
        (good + "\(image) 0x5 1 1 9 9\n", "line 2"), (good + "nowhere 0.5 1 1 9 9\n", "line 2"),
        (good + "\(image) 0.5 1 1 9\n", "5 words"),
      ] {
        let result = try measure("comp4_det_test_dog.txt", text)
        #expect(result.code == 1 && result.errors.contains(word), "\(text): \(result.errors)")
        #expect(result.errors.contains("comp4_det_test_dog.txt"))
      }
      let foreign = try measure("comp4_det_test_dragon.txt", good)
      #expect(foreign.code == 2 && foreign.errors.contains("dragon"))
    }
  }
}
