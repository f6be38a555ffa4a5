import Foundation
import TestSupport
import Testing

/// Options that do not fit the request are refused before anything is read or trained.
struct UnfittingOptionsTests {
  private static let classifier = "checkpoints/table2-c-london-reduced-seed0.lskd"
  private static let segmentation =
    "checkpoints/table5-resnet101-resnet18-london-reduced-seed0.lskd"

  private func refuses(_ program: String, _ arguments: [String], _ words: String...) throws {
    try inTemporaryDirectory { directory in
      let arguments = arguments.map {
        $0.hasPrefix("checkpoints/") ? BuiltProgram.project.appendingPathComponent($0).path : $0
      }
      let result = try BuiltProgram(program).run(arguments, in: directory)
      #expect(result.code == 2, "\(arguments): \(result.output)\(result.errors)")
      for word in words {
        #expect(result.errors.contains(word), "\(arguments): \(result.errors)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
    }
  }

  @Test(
    "an option of other networks is refused with a classifier",
    arguments: [
      ["--write-predictions", "masks"], ["--write-overlays", "photos"], ["--short-side", "100"],
      ["--write-detections", "found"], ["--rule", "area"], ["--curves", "curves"],
      ["--voc", "devkit"], ["--year", "2007"], ["--set", "val"], ["--skip-bad"],
    ])
  func classifier(options: [String]) throws {
    try refuses(
      "lskd-eval", [Self.classifier, "--synthetic"] + options, options[0], "which holds wrn-")
  }

  @Test(
    "an option of other networks is refused with a segmentation",
    arguments: [
      ["--rule", "voc07"], ["--curves", "curves"], ["--write-detections", "found"],
      ["--data", "images"], ["--synthetic"],
    ])
  func segmentation(options: [String]) throws {
    try refuses(
      "lskd-eval", [Self.segmentation, "--voc", "devkit"] + options, options[0],
      "which holds deeplabv3plus-")
  }

  @Test("an unknown rule of average precision is refused with those that exist")
  func rule() throws {
    try refuses(
      "lskd-eval", ["detections", "found", "--voc", "devkit", "--rule", "voc12"], "voc07", "area")
  }

  @Test("numbers of classes beyond what a network may have are refused")
  func classes() throws {
    for classes in ["0", "-3", "9223372036854775807"] {
      try refuses(
        "lskd-ckpt",
        ["import", "a.pth", "b.lskd", "--architecture=wrn-16-2", "--classes=\(classes)"],
        "--classes takes 1 to 100000")
    }
  }

  @Test(
    "options that a table does not have are refused before anything is made",
    arguments: [
      (["table2", "--budget=smoke", "--data=images"], "--data does not go with --budget smoke"),
      (["table5", "--budget=smoke", "--data=images"], "--data does not go with --budget smoke"),
      (["table2", "--budget=smoke", "--train-sets=2007:test"], "--train-sets does not go with"),
      (["table6", "--budget=smoke", "--skip-bad"], "--skip-bad does not go with table6"),
      (["table4", "--data=images", "--sbd=more"], "--sbd does not go with table4"),
      (["table5", "--budget=reduced", "--sbd=more"], "name a devkit with --data"),
      (["table2", "--budget=smoke", "--panel"], "--panel does not go with table2"),
      (["table2", "--budget=smoke", "--variants=all"], "--variants does not go with table2"),
      (["table2", "--budget=smoke", "--lipschitz-share=0.1"], "cannot be chosen in table2"),
      (["table2", "--budget=smoke", "--backbone=resnet18=x"], "no backbone"),
      (["figure2", "--budget=smoke", "--methods=kd"], "methods of figure2 cannot be chosen"),
      (["table1", "--settings=c"], "needs no runs"),
      (["tune", "table6", "--budget=smoke"], "tune table2"),
      (["tune", "--seeds=1"], "Unknown option"),
    ])
  func tables(arguments: [String], words: String) throws {
    try refuses("lskd-repro", arguments, words)
  }

  @Test("lskd-train knows the settings of every table, and no others")
  func settings() throws {
    try refuses(
      "lskd-train", ["--setting=z", "--method=ofd", "--budget=smoke"], "resnet101-mobilenet",
      "vgg16-resnet18")
    try refuses(
      "lskd-train", ["--setting=vgg16-resnet18", "--method=crd", "--budget=smoke"],
      "not made for detection")
  }
}
