import ArgumentParser
import Benchmarks
import Foundation
import ProgramSupport

struct CheckpointFormatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "Size and speed of the .lskd format on trained weights, beside those of Python.",
    discussion: """
      In memory, interleaved. Without files it takes the checkpoints of the project's directory. \
      --python needs a Python with torch, safetensors and zstandard.
      """)

  @Argument(help: "Files of weights: .lskd, .safetensors, .pth.")
  var files: [String] = []

  @Option(help: "The keys that lead to the state dict in files of PyTorch, as in a.b.")
  var key: String?

  @Option(help: "Measurements of each format.")
  var rounds = 25

  @Option(help: "A Python that runs the comparison program.")
  var python: String?

  func run() throws {
    for file in try files.isEmpty ? Self.ownCheckpoints() : files {
      let benchmark = try CheckpointBenchmark(
        file: URL(fileURLWithPath: file), key: key, rounds: rounds, python: python)
      Console.print(try benchmark.run())
    }
  }

  private static func ownCheckpoints() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "checkpoints")
      .filter { $0.hasSuffix(".lskd") }.sorted().map { "checkpoints/\($0)" }
  }
}
