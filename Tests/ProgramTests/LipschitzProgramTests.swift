import Foundation
import TestSupport
import Testing

/// `lskd-repro lipschitz` on the project's own checkpoint, with small images.
struct LipschitzProgramTests {
  private var checkpoint: String {
    BuiltProgram.project.appendingPathComponent(
      "checkpoints/table2-c-london-reduced-seed0.lskd"
    ).path
  }

  private let small = ["--side", "8", "--images", "2", "--steps", "4", "--ascent", "2"]

  @Test("layers, modules and the network have bounds that hold each other")
  func json() throws {
    try inTemporaryDirectory { directory in
      let result = try BuiltProgram("lskd-repro").run(
        ["lipschitz", checkpoint, "--json"] + small, in: directory)
      #expect(result.code == 0, "\(result.errors)")
      let found = try #require(
        try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      func bounds(_ value: Any?) throws -> (lower: Double, upper: Double) {
        let members = try #require(value as? [String: Any])
        return (
          try #require(members["lower"] as? Double), try #require(members["upper"] as? Double)
        )
      }
      let layers = try #require(found["layers"] as? [[String: Any]])
      let convolutions = layers.filter { $0["kind"] as? String == "convolution" }
      #expect(convolutions.count == 15)
      for layer in convolutions {
        let (lower, upper) = try bounds(layer)
        #expect(0 < lower && lower <= upper && upper <= 1.001 * lower)
        #expect((layer["input"] as? [Int])?.count == 3 && layer["seconds"] is Double)
        #expect(try #require(layer["gram"] as? Double) >= lower)
        #expect(["svd", "lanczos", "gram"].contains(layer["certificate"] as? String))
      }
      let strided = try #require(layers.first { $0["name"] as? String == "block2.layer.0.conv1" })
      #expect(strided["stride"] as? Int == 2 && strided["input"] as? [Int] == [16, 8, 8])
      let modules = try #require(found["modules"] as? [[String: Any]])
      #expect(
        modules.map { $0["name"] as? String } == [
          "images to tap 1", "tap 1 to tap 2", "tap 2 to tap 3", "tap 3 to logits",
        ])
      for module in modules {
        let (lower, upper) = try bounds(module)
        #expect(0 < lower && lower <= upper)
      }
      let whole = try bounds(found["network"])
      #expect(0 < whole.lower && whole.lower <= whole.upper)
      let pixels = try bounds((found["network"] as? [String: Any])?["pixels"])
      // A pixel of CIFAR is divided by deviations of about a quarter.
      #expect(pixels.lower > 3.7 * whole.lower * 0.9 && pixels.upper > 3.7 * whole.upper)
      #expect((found["transmitting_matrices"] as? [Any])?.count == 2)
    }
  }

  @Test(
    "a page with its picture and its JSON twin is written; requests that make no sense are refused")
  func page() throws {
    try inTemporaryDirectory { directory in
      let repro = BuiltProgram("lskd-repro")
      let result = try repro.run(
        ["lipschitz", checkpoint, "--output", "page"] + small, in: directory)
      #expect(result.code == 0, "\(result.errors)")
      let page = try String(
        contentsOf: directory.appendingPathComponent("page/lipschitz.md"), encoding: .utf8)
      let picture = try #require(
        result.output.split(separator: "\n").first { $0.hasSuffix(".svg") }
          .map { URL(fileURLWithPath: String($0)).lastPathComponent })
      #expect(page.contains(picture) && page.contains("| tap 1 to tap 2 |"))
      #expect(page.contains("    lskd-repro lipschitz ") && page.contains(" --output page"))
      #expect(try repro("lipschitz", in: directory).code == 2)
      #expect(try repro("lipschitz", checkpoint, "--side", "4", in: directory).code == 2)
      let missing = try repro("lipschitz", "nothing.lskd", in: directory)
      #expect(missing.code == 1 && missing.errors.contains("nothing.lskd"))
    }
  }
}
