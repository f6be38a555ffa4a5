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
  /// How its images are prepared.
  public let pipeline: EvaluationPipeline
  /// Text entries of the file's header.
  public let metadata: [String: String]
  /// SHA-256 of the file.
  public let sha256: String
  private let path: String

  /// Entry of the header: names of the classes in the order of the labels, one a line.
  public static let classNamesKey = "class_names"

  /// Reads a file. Throws for a damaged file, an unknown architecture or pipeline, and for tensors that do not fit.
  public init(
    contentsOf url: URL, device: Device = .cpu, layout: Tensor.Layout = .channelsLast,
    replicas: ProcessGroup? = nil
  ) throws {
    let checkpoint = try Checkpoint(contentsOf: url, sections: [.model])
    guard let header = ModelHeader(checkpoint.metadata) else {
      throw StateError(
        "\(url.path) names no architecture with 1 to \(ModelHeader.classLimit.upperBound) classes; a "
          + "resume.lskd is not a model, use last.lskd or best.lskd; foreign weights get theirs from lskd-ckpt "
          + "import --architecture --classes")
    }
    do {
      architecture = try Architecture(header.architecture)
      pipeline = try Self.pipeline(header, architecture)
      let store = ParameterStore(
        seed: 0, device: device, layout: layout, replicas: replicas)
      network = try architecture.makeNetwork(classCount: header.classes, store: store)
      try store.load(checkpoint.sections[.model] ?? [])
    } catch let error as StateError {
      throw StateError("\(url.path): \(error)")
    }
    metadata = checkpoint.metadata
    sha256 = try Digest.sha256(fileAt: url)
    path = url.path
  }

  /// Entry of a header: the images' side for which the network was trained, where a recipe chose it.
  public static let sizeKey = "image_size"

  /// The images' side for which the network was trained; nil for the data's own.
  public var imageSize: Int? { metadata[Self.sizeKey].flatMap { Int($0) } }

  /// Measures the network; answers that cannot be scored, as of weights that are not finite, name its file.
  public func measured<Result>(_ body: (any Network) throws -> Result) throws -> Result {
    do {
      return try body(network)
    } catch let error as EvaluationError {
      throw EvaluationError("\(path): \(error)")
    } catch let error as OutputNotFinite {
      throw EvaluationError("\(path): \(error)")
    }
  }

  private static func pipeline(_ header: ModelHeader, _ architecture: Architecture)
    throws(StateError) -> EvaluationPipeline
  {
    guard let name = header.pipeline else { return EvaluationPipeline(usualOf: architecture) }
    guard let pipeline = EvaluationPipeline(rawValue: name) else {
      throw StateError(
        "the network was trained on images of the pipeline \"\(name)\", which this version does not know; known are "
          + EvaluationPipeline.allCases.map(\.rawValue).joined(separator: ", "))
    }
    guard pipeline.fits(architecture) else {
      throw StateError("the pipeline \"\(name)\" prepares no images for \(architecture)")
    }
    return pipeline
  }

  /// Writes a network with its results and returns the digest of the file.
  public static func write(
    _ network: any Network, _ architecture: Architecture, pipeline: EvaluationPipeline,
    measures: Measures, details: [String: String], to url: URL
  ) throws -> String {
    let header = ModelHeader(
      architecture: architecture.description, classes: network.classCount,
      pipeline: pipeline.rawValue)
    var metadata = details.merging(header.metadata) { $1 }
    for (metric, value) in measures { metadata[metric.key] = "\(value)" }
    try Checkpoint(metadata: metadata, sections: [.model: try network.store.state()]).write(to: url)
    return try Digest.sha256(fileAt: url)
  }
}
