import CheckpointFormat
import DurableFiles
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

  /// Reads a file. Throws for a damaged file, an unknown architecture or pipeline, or tensors that do not fit.
  public init(
    contentsOf url: URL, device: Device = .cpu, layout: Tensor.Layout = .channelsLast,
    replicas: ProcessGroup? = nil
  ) throws {
    let checkpoint = try Checkpoint(contentsOf: url, sections: [.model])
    guard let name = checkpoint.metadata["architecture"],
      let classes = checkpoint.metadata["classes"].flatMap({ Int($0) }), classes > 0
    else {
      throw StateError(
        "\(url.path) names no architecture and classes; a resume.lskd is not a model, "
          + "use last.lskd or best.lskd")
    }
    do {
      architecture = try Architecture(name)
      if let pipeline = checkpoint.metadata[Self.pipelineKey],
        pipeline != architecture.pipelineName
      {
        throw StateError(
          "its images go through \"\(pipeline)\", but for \(architecture) this version has only "
            + "\(architecture.pipelineName)")
      }
      let store = ParameterStore(
        seed: 0, device: device, layout: layout, replicas: replicas)
      network = try architecture.makeNetwork(classCount: classes, store: store)
      try store.load(checkpoint.sections[.model] ?? [])
    } catch let error as StateError {
      throw StateError("\(url.path): \(error)")
    }
    metadata = checkpoint.metadata
    sha256 = try Digest.sha256(fileAt: url)
  }

  private static let pipelineKey = "pipeline"

  /// Writes a network with its results and returns the digest of the file.
  public static func write(
    _ network: any Network, _ architecture: Architecture, measures: Measures,
    details: [String: String], to url: URL
  ) throws -> String {
    var metadata = details
    metadata["kind"] = "model"
    metadata["architecture"] = architecture.description
    metadata["classes"] = String(network.classCount)
    metadata[pipelineKey] = architecture.pipelineName
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
