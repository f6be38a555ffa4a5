import CheckpointFormat
import DurableFiles
import Evaluation
public import Foundation
public import ModelZoo
public import NeuralNet
public import Results
public import TensorCore
import Training

/// A trained network in a `.lskd` file: the model section and what is needed to use it.
public struct ModelCheckpoint {
  /// The network, on the host, in float32.
  public let network: any Network
  /// Name and sizes of the network.
  public let architecture: Architecture
  /// Text entries of the file's header.
  public let metadata: [String: String]
  /// SHA-256 of the file.
  public let sha256: String
  private let path: String

  /// Reads a file. Throws for a damaged file, an unknown architecture or tensors that do not fit it.
  public init(
    contentsOf url: URL, device: Device = .cpu, layout: Tensor.Layout = .channelsLast,
    replicas: ProcessGroup? = nil
  ) throws {
    let checkpoint = try Checkpoint(contentsOf: url, sections: [.model])
    guard let name = checkpoint.metadata["architecture"],
      let classes = checkpoint.metadata["classes"].flatMap({ Int($0) }), classes > 0
    else {
      throw StateError(
        "\(url.path) names no architecture and classes; a resume.lskd is not a model, use last.lskd or "
          + "best.lskd; foreign weights get theirs from lskd-ckpt import --architecture --classes")
    }
    do {
      architecture = try Architecture(name)
      let store = ParameterStore(
        seed: 0, device: device, layout: layout, replicas: replicas)
      network = try architecture.makeNetwork(classCount: classes, store: store)
      try store.load(checkpoint.sections[.model] ?? [])
    } catch let error as StateError {
      throw StateError("\(url.path): \(error)")
    }
    metadata = checkpoint.metadata
    sha256 = try Digest.sha256(fileAt: url)
    path = url.path
  }

  /// Measures the network; answers that cannot be scored, as of weights that are not finite, name its file.
  public func measured<Result>(_ body: (any Network) throws -> Result) throws -> Result {
    do {
      return try body(network)
    } catch let error as EvaluationError {
      throw EvaluationError("\(path): \(error)")
    }
  }

  /// Writes a network with its results and returns the digest of the file.
  public static func write(
    _ network: any Network, _ architecture: Architecture, measures: Measures,
    details: [String: String], to url: URL
  ) throws -> String {
    var metadata = details
    metadata["kind"] = "model"
    metadata["architecture"] = architecture.description
    metadata["classes"] = String(network.classCount)
    metadata["pipeline"] = architecture.pipelineName
    for (metric, value) in measures { metadata[metric.key] = "\(value)" }
    try Checkpoint(metadata: metadata, sections: [.model: try network.store.state()]).write(to: url)
    return try Digest.sha256(fileAt: url)
  }
}

extension Architecture {
  /// What images must go through.
  fileprivate var pipelineName: String {
    switch self {
    case .ssd300: "ssd-300-normalise"
    case .deepLab: "voc-segmentation-normalise"
    default: "cifar100-normalise"
    }
  }
}
