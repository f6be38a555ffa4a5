import Datasets
import Detection
public import Foundation
import ModelZoo
import NeuralNet
import Randomness
import TensorCore
import Training

/// The images at which a network's constants are looked at from below.
public struct LaboratoryImages {
  /// Where they come from.
  public enum Source: Hashable, Sendable {
    /// The first test images of a data set.
    case dataset(name: String, digest: String)
    /// Uniform random pixels.
    case noise

    /// As pages have it.
    public var text: String {
      switch self {
      case .dataset(let name, let digest): "the first test images of \(name) (\(digest.prefix(12)))"
      case .noise: "uniform random pixels"
      }
    }
  }

  /// Normalised, [N, 3, H, W], on the host.
  let images: Tensor
  /// What a pixel of each channel, in [0, 1], is multiplied by.
  let factors: [Double]
  /// Where they come from.
  public let source: Source

  /// Takes `count` images that a checkpoint was measured with, or those of `directory`; where a classifier's are not there, the
  /// synthetic ones of the suite. Networks of photos look at random pixels, `side` of them along each side.
  public init(
    for checkpoint: ModelCheckpoint, file: URL, count: Int, directory: URL?, side: Int?
  ) throws {
    let normalisation = checkpoint.pipeline.normalisation
    factors = (0..<normalisation.channels).map {
      Double(normalisation.table[256 * $0 + 255]) - Double(normalisation.table[256 * $0])
    }
    if checkpoint.pipeline == .cifar100, side == nil {
      let test = try Self.test(of: checkpoint, file, directory)
      source = .dataset(name: test.name, digest: test.digest)
      let loader = BatchLoader(
        dataset: test, pipeline: .cifar100Test,
        configuration: LoaderConfiguration(
          batchSize: min(count, test.count), seed: 0, threads: 1, batchesAhead: 1, shuffles: false))
      var first: Tensor?
      for batch in loader.epoch(0).prefix(1) {
        first = try Tensor(
          batch.images, shape: [batch.count, batch.channels, batch.height, batch.width])
      }
      guard let first else { throw DatasetError("\(test.name) has no test images") }
      images = first
    } else {
      source = .noise
      let side = side ?? checkpoint.usualSide
      var stream = RandomStream(seed: 0, purpose: .synthesis)
      let pixels = try Tensor(
        stream.uniforms(count: count * 3 * side * side), shape: [count, 3, side, side])
      let black = (0..<3).map { normalisation.table[256 * $0] }
      images =
        try pixels * (try Tensor(factors.map { Float($0) }, shape: [3, 1, 1]))
        + (try Tensor(black, shape: [3, 1, 1]))
    }
  }

  private static func test(of checkpoint: ModelCheckpoint, _ file: URL, _ directory: URL?) throws
    -> ImageDataset
  {
    let side = checkpoint.imageSize
    func sized(_ images: ImageDataset) throws -> ImageDataset {
      try side.map { try images.averaged(toSide: $0) } ?? images
    }
    if let directory { return try sized(CIFAR100.load(.test, from: directory)) }
    guard let measured = MeasuredImages(header: checkpoint.metadata) else {
      return try sized(SyntheticCIFAR100.ofSmokeBudget().dataset(.test))
    }
    do { return try measured.records(side: side) } catch is DatasetError {
      // Any images do; the page says which.
      return try sized(SyntheticCIFAR100.ofSmokeBudget().dataset(.test))
    }
  }
}

extension EvaluationPipeline {
  /// How pixels become numbers.
  fileprivate var normalisation: Normalisation {
    switch self {
    case .cifar100: .cifar
    case .imageNet, .ssd300: .imageNet
    case .deepLab: .segmentation
    }
  }
}

extension ModelCheckpoint {
  /// Pixels along each side of the images that the network was trained on.
  fileprivate var usualSide: Int {
    switch pipeline {
    case .cifar100: imageSize ?? CIFAR100.side
    case .imageNet: imageSize ?? ClassPhotoEvaluator.paperSide
    case .ssd300: DefaultBoxes.imageSide
    case .deepLab: imageSize ?? SegmentationEvaluator.paperShortSide
    }
  }
}
