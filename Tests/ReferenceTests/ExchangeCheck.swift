import CheckpointFormat
import GoldenVectors
import Interchange
import NeuralNet
import Testing

/// A network that went through a file of PyTorch or of safetensors gives the same numbers.
enum ExchangeCheck {
  /// The largest networks would spend their time on files that say nothing new.
  private static let mostParameters = 30_000_000

  static func run(_ file: ReferenceFile, _ comparison: Comparison) throws {
    let node = try ReferenceNode(file: file.url)
    let golden = try #require(GoldenNetwork(node, named: file.stem, comparison))
    let network = try golden.filled()
    // A detector's file has no cases in evaluation.
    guard node.optional("cases") != nil, network.store.parameterCount < mostParameters else {
      return
    }
    for exchange in [throughTorch, throughSafetensors] {
      let empty = try golden.unfilled(seed: 1)
      try empty.store.load(exchange(network.store.state()))
      try golden.evaluation(of: empty)
    }
  }

  private static func throughTorch(_ state: [StoredTensor]) throws -> [StoredTensor] {
    let data = try PyTorchFile.encoded(Checkpoint(sections: [.model: state]))
    return try PyTorchFile.read(data).tensors
  }

  private static func throughSafetensors(_ state: [StoredTensor]) throws -> [StoredTensor] {
    let data = try Safetensors.encoded(Checkpoint(sections: [.model: state]))
    return try Safetensors.read(data).sections[.model] ?? []
  }
}
