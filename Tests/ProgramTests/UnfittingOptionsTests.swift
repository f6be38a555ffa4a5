import Foundation
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
}
