public import Foundation
public import ModelZoo
import NeuralNet
public import Spectra
import TensorCore

/// Bounds of the Lipschitz constants of a checkpoint's layers, of its modules between taps and of the whole network, in
/// eval mode: from above over the network's graph, from below by Jacobians at images.
public struct NetworkConstants {
  /// What is to be measured, and how closely.
  public struct Configuration: Hashable, Sendable {
    /// Images at which Jacobians are taken.
    public var images = 8
    /// Power steps on each Jacobian.
    public var powerSteps = 20
    /// Steps of the ascent from the images.
    public var ascentSteps = 30
    /// Seed of all start vectors.
    public var seed: UInt64 = 0

    /// The usual one.
    public init() {}
  }

  /// A part of the network between two of its maps.
  public struct Module: Sendable {
    /// A map.
    public enum End: Hashable, Sendable {
      /// The normalised images.
      case images
      /// A tap, from 1.
      case tap(Int)
      /// The logits.
      case logits
    }

    /// Where it begins.
    public let start: End
    /// Where it ends.
    public let end: End
    /// The largest Jacobian norm at the images, and the bound over the graph; nil where the end depends on the images
    /// other than through the start, so that there is no function between both.
    public let bounds: NormBounds?
    /// Seconds of the lower bound.
    public let seconds: Double
  }

  /// The whole network.
  public struct Whole: Sendable {
    /// Between normalised images and logits.
    public let bounds: NormBounds
    /// The largest Jacobian norm at the images themselves.
    public let atImages: Double
    /// The same behind the ascent.
    public let afterAscent: Double
    /// Between pixels in [0, 1] and logits.
    public let pixels: NormBounds
    /// Seconds of the lower bounds.
    public let seconds: Double
  }

  /// The file.
  public let file: URL
  /// What the file's header says that was trained, such as `c london`; its name where the header is silent.
  public let origin: String
  /// Its network.
  public let architecture: Architecture
  /// SHA-256 of the file.
  public let sha256: String
  /// Shape of an image.
  public let input: [Int]
  /// Where the images come from, and how many there were.
  public let source: LaboratoryImages.Source
  /// Number of images.
  public let imageCount: Int
  /// All layers in the order of the pass.
  public let layers: [LayerNorm]
  /// From the images to the logits.
  public let modules: [Module]
  /// From the images to the logits at once.
  public let whole: Whole
  /// What the paper takes for the constants of the modules between taps.
  public let transmitting: TransmittingStudy

  /// Measures a checkpoint; `progress` is told of every layer as it is done.
  public init(
    of checkpoint: ModelCheckpoint, file: URL, at images: LaboratoryImages,
    _ configuration: Configuration, progress: (LayerNorm) throws -> Void = { _ in }
  ) throws {
    self.file = file
    let trained = ["setting", "method"].compactMap { checkpoint.metadata[$0] }
    origin = trained.isEmpty ? file.lastPathComponent : trained.joined(separator: " ")
    architecture = checkpoint.architecture
    sha256 = checkpoint.sha256
    source = images.source
    imageCount = images.images.shape[0]
    input = Array(images.images.shape.dropFirst())
    let network = checkpoint.network
    let pass = try RecordedPass(network, try images.images.narrowed(axis: 0, start: 0, length: 1))
    let norms = try NetworkNorms(
      pass.trace, image: pass.image, boundaries: Set(pass.ends.compactMap(\.step)),
      seed: configuration.seed, names: pass.names, progress: progress)
    layers = norms.layers
    transmitting = try TransmittingStudy(network, at: images.images, seed: configuration.seed)
    let jacobians = try JacobianSurvey(checkpoint, images, configuration)
    modules = try zip(pass.ends, pass.ends.dropFirst()).enumerated().map { index, ends in
      let start = ContinuousClock.now
      let upper = ends.0.step.flatMap { first in
        ends.1.step.flatMap { norms.upperBound(from: first, to: $0) }
      }
      let bounds = try upper.map {
        NormBounds(lower: try jacobians.largest(ofModule: index), upper: $0, .graph)
      }
      return Module(
        start: ends.0.end, end: ends.1.end, bounds: bounds,
        seconds: start.duration(to: .now).seconds)
    }
    let start = ContinuousClock.now
    let found = try jacobians.whole()
    let last = pass.ends[pass.ends.count - 1].step
    let upper = last.flatMap { norms.upperBound(from: pass.image, to: $0) } ?? .infinity
    whole = Whole(
      bounds: NormBounds(lower: max(found.atImages, found.afterAscent), upper: upper, .graph),
      atImages: found.atImages, afterAscent: found.afterAscent,
      pixels: NormBounds(
        lower: found.pixels, upper: upper * (images.factors.max() ?? 1), .graph),
      seconds: start.duration(to: .now).seconds)
  }
}

/// One pass of a network whose steps were recorded, with the places of its taps.
struct RecordedPass {
  let trace: OperationTrace
  /// The step of the images.
  let image: Int
  /// State-dict keys of parameters by their steps.
  let names: [Int: String]
  /// The images, the taps and the logits; without a step where the logits do not pass them.
  let ends: [(end: NetworkConstants.Module.End, step: Int?)]

  init(_ network: any Network, _ images: Tensor) throws {
    let images = try images.cloned()
    try images.setRequiresGradient(true)
    let features = try network.features(of: images, .eval)
    trace = try OperationTrace(of: features.logits)
    guard let image = try trace.index(of: images) else {
      throw StateError("the logits do not depend on the images")
    }
    self.image = image
    var names: [Int: String] = [:]
    for entry in network.store.entries where entry.role == .parameter {
      if let step = try trace.index(of: entry.tensor) { names[step] = entry.name }
    }
    self.names = names
    var ends: [(NetworkConstants.Module.End, Int?)] = [(.images, image)]
    for (index, tap) in features.taps.enumerated() {
      ends.append((.tap(index + 1), try trace.index(of: tap)))
    }
    self.ends = ends + [(.logits, trace.steps.count - 1)]
  }
}
