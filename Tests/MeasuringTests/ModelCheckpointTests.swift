import CheckpointFormat
import Foundation
import Measuring
import ModelZoo
import NeuralNet
import Testing

/// What the header of a model's file may say.
struct ModelCheckpointTests {
  /// Reads a small classifier's file whose header was changed.
  private func read(_ change: (inout [String: String]) -> Void) throws -> ModelCheckpoint {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("\(UUID().uuidString).lskd")
    defer { _ = try? FileManager.default.removeItem(at: file) }  // What stays behind harms no one.
    let architecture = try Architecture("cifar-resnet-8")
    let network = try architecture.makeNetwork(classCount: 3, store: ParameterStore(seed: 0))
    _ = try ModelCheckpoint.write(
      network, architecture, pipeline: .cifar100, measures: [:], details: ["run": "7"], to: file)
    var checkpoint = try Checkpoint(contentsOf: file)
    change(&checkpoint.metadata)
    try checkpoint.write(to: file)
    return try ModelCheckpoint(contentsOf: file)
  }

  @Test("the header says how images are prepared; without a word it is the network's usual way")
  func pipeline() throws {
    let written = try read { _ in }
    #expect(written.pipeline == .cifar100 && written.metadata["run"] == "7")
    #expect(try read { $0["pipeline"] = nil }.pipeline == .cifar100)
    #expect(EvaluationPipeline(usualOf: .ssd300(.vgg16, divisor: 1)) == .ssd300)
    #expect(EvaluationPipeline(usualOf: .deepLab(.resnet18, divisor: 1)) == .deepLab)
  }

  @Test("an unknown pipeline and one for other networks are refused with what is known")
  func unknownPipeline() throws {
    for (name, word) in [
      ("imagenet-of-tomorrow", "known are cifar100-normalise"),
      ("ssd-300-normalise", "prepares no images for cifar-resnet-8"),
    ] {
      #expect {
        try read { $0["pipeline"] = name }
      } throws: { error in
        "\(error)".contains(name) && "\(error)".contains(word) && "\(error)".contains(".lskd: ")
      }
    }
  }

  @Test(
    "a number of classes without measure is refused before anything is made",
    arguments: ["0", "-1", "100001", "9223372036854775807", "many"])
  func classes(text: String) {
    #expect {
      try read { $0["classes"] = text }
    } throws: { error in
      "\(error)".contains("1 to 100000 classes")
    }
  }
}
