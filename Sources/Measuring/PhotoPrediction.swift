import Datasets
import DurableFiles
import Evaluation
public import Foundation
import Images
import JSON
import NeuralNet
import TensorCore
import Training
import UserErrors

/// What a classifier sees in photos: the best classes of each.
public struct PhotoPrediction {
  /// A class with its probability.
  struct Answer {
    let name: String
    let probability: Float
  }

  private let checkpoint: ModelCheckpoint
  private let names: [String]
  private let crop: CentreCrop

  /// Prepares a classifier. Its classes are those of the list `classes` or of the directory around it, else those of the
  /// header, else numbers.
  public init(_ checkpoint: ModelCheckpoint, file: URL, classes: URL?, side: Int?) throws {
    guard checkpoint.pipeline == .imageNet else {
      throw UsageError(
        "\(file.path) holds \(checkpoint.architecture), which is no classifier of photos")
    }
    let count = checkpoint.network.classCount
    if let classes {
      let list = try Self.list(classes)
      guard list.count == count else {
        throw UsageError("\(file.path) has \(count) classes, \(classes.path) names \(list.count)")
      }
      names = (0..<count).map(list.name)
    } else {
      names = checkpoint.classNames ?? (0..<count).map { "class \($0)" }
    }
    self.checkpoint = checkpoint
    crop = CentreCrop(side: try checkpoint.side(side))
  }

  private static func list(_ place: URL) throws -> PhotoClasses {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isDirectory),
      isDirectory.boolValue
    else { return try PhotoClasses(contentsOf: place) }
    guard let found = try PhotoFolder(place).classes() else {
      throw UsageError("\(place.path) has no \(PhotoFolder.classList) and no devkit")
    }
    return found
  }

  /// The files, those of directories by name. Throws for what does not exist and for a directory without a photo.
  public static func files(_ places: [URL]) throws -> [URL] {
    try places.flatMap { place -> [URL] in
      var isDirectory: ObjCBool = false
      guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isDirectory) else {
        throw UsageError("there is no photo \(place.path)")
      }
      guard isDirectory.boolValue else { return [place] }
      let names = try FileError.names(in: place).filter(ClassPhotos.isPhoto)
      guard !names.isEmpty else { throw UsageError("\(place.path) holds no photo") }
      return names.map(place.appendingPathComponent)
    }
  }

  /// The five best classes of a photo as text or JSON, in % of all probability.
  public func answer(_ photo: URL, json: Bool) throws -> String {
    let shown = try crop.applied(to: try EncodedPhoto(photo))
    let best = try checkpoint.measured { try Self.answers(of: $0, to: shown, names) }
    guard !json else {
      return JSONValue.object([
        "photo": .string(photo.path),
        "classes": .array(
          best.map {
            .object(["name": .string($0.name), "probability": .number(Double($0.probability))])
          }),
      ]).canonical
    }
    return
      ([photo.path]
      + best.map { String(format: "  %6.2f %%  %@", 100 * $0.probability, $0.name) })
      .joined(separator: "\n")
  }

  private static func answers(of network: any Network, to shown: Raster, _ names: [String]) throws
    -> [Answer]
  {
    let logits = try ClassPhotoEvaluator.logits(of: network, for: shown)
    guard logits.allSatisfy(\.isFinite) else {
      throw EvaluationError("the network's outputs are not finite")
    }
    let largest = logits.max() ?? 0
    let weights = logits.map { exp($0 - largest) }
    let total = weights.reduce(0, +)
    return logits.order.prefix(ClassPhotoEvaluationJob.bestClasses).map {
      Answer(name: names[$0], probability: weights[$0] / total)
    }
  }
}
