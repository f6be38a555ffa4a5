import Foundation
import Testing

/// The direction of imports between the targets.
struct ImportGraphTests {
  static let levels: [String: Int] = [
    "CTorch": 0, "CTorchNCCL": 0,
    "CCrypto": -1, "CZstd": 0, "CArchive": 0, "CImage": 0, "CMatio": 0, "CDownload": 0, "CXML": 0,
    "Randomness": -1, "DurableFiles": 0, "JSON": 0, "Statistics": 0,
    "UserErrors": 0, "SuiteVersion": 0, "ProgramSupport": 1,
    "TensorCore": 1, "CheckpointFormat": 1, "Images": 1, "Detection": 1, "Results": 1,
    "Datasets": 2, "NeuralNet": 2, "Evaluation": 2, "Interchange": 2,
    "ModelZoo": 3, "Lipschitz": 3, "Spectra": 3, "Distillation": 4, "Training": 5,
    "GoldenVectors": 5, "Measuring": 6, "DeviceCheck": 6, "Experiments": 7, "Benchmarks": 8,
    "PlaceArguments": 8, "RunArguments": 9,
    "lskd-repro": 10, "lskd-train": 10, "lskd-eval": 10, "lskd-ckpt": 10, "lskd-data": 10,
    "lskd-bench": 10,
  ]

  static let sources = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Sources")

  @Test("every import points to a lower level")
  func importsPointDown() throws {
    var checked = 0
    for target in try FileManager.default.contentsOfDirectory(atPath: Self.sources.path) {
      let level = try #require(Self.levels[target], "\(target) has no level")
      for (file, module) in try imports(of: target) {
        guard let other = Self.levels[module] else { continue }
        checked += 1
        #expect(other < level, "\(target)/\(file) imports \(module)")
      }
    }
    #expect(checked > 50)
  }

  @Test("only CTorch sees a torch header, and nothing but the engine sees CTorch")
  func torchStaysBehindItsBoundary() throws {
    for target in try FileManager.default.contentsOfDirectory(atPath: Self.sources.path) {
      for (file, module) in try imports(of: target) where module == "CTorch" {
        #expect(target == "TensorCore", "\(target)/\(file) imports CTorch")
      }
    }
  }

  @Test("a checkpoint is read and images are decoded without the engine")
  func filesNeedNoEngine() throws {
    for target in [
      "CheckpointFormat", "Images", "Interchange", "Datasets", "Results", "Evaluation",
    ] {
      for (file, module) in try imports(of: target) {
        #expect(!["TensorCore", "NeuralNet"].contains(module), "\(target)/\(file)")
      }
    }
  }

  @Test("one place prints, and one words the failures of libraries")
  func onePlace() throws {
    let rules = [
      (#"(?<![\w.])print\(|FileHandle\.standard(Output|Error)|fputs|fflush"#, "ProgramSupport"),
      (#"localizedDescription"#, "DurableFiles"),
    ]
    for file in try FileManager.default.subpathsOfDirectory(atPath: Self.sources.path)
    where file.hasSuffix(".swift") {
      let text = try String(
        contentsOf: Self.sources.appendingPathComponent(file), encoding: .utf8)
      for (pattern, home) in rules where !file.hasPrefix(home + "/") {
        let found = text.range(of: pattern, options: .regularExpression).map { text[$0] }
        #expect(found == nil, "\(file)")
      }
    }
  }

  private func imports(of target: String) throws -> [(file: String, module: String)] {
    let folder = Self.sources.appendingPathComponent(target)
    var found: [(String, String)] = []
    for file in try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    where file.hasSuffix(".swift") {
      let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ")
        if let index = words.firstIndex(of: "import"), index <= 1, index + 1 < words.count {
          found.append((file, String(words[index + 1])))
        }
      }
    }
    return found
  }
}
