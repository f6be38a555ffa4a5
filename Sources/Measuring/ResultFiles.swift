import Datasets
package import Evaluation
package import Foundation
import UserErrors

/// Result files of the devkit with the objects of the images that they are about.
package struct ResultFiles {
  /// The year's directory.
  package let directory: URL
  package let imageCount: Int
  /// Classes without a file, or with an empty one.
  package let missing: [String]
  private let truth: [[[PrecisionRecall.Truth]]]
  private let found: [[PrecisionRecall.Detection]]

  /// Reads all of them; see `DetectionEvaluationJob`.
  package init(detections: URL, root: URL, year: Int, set: String, allowsMissing: Bool) throws {
    let devkit = try VOCDevkit(root: root, year: year)
    let images = try devkit.images(in: set)
    let numbers = Dictionary(uniqueKeysWithValues: images.enumerated().map { ($1, $0) })
    try Self.refuseForeignFiles(detections, set)
    var found: [[PrecisionRecall.Detection]] = []
    var missing: [String] = []
    for name in VOCDevkit.classes {
      let file = detections.appendingPathComponent(DetectionFile.name(set: set, class: name))
      var entries: [PrecisionRecall.Detection] = []
      if FileManager.default.fileExists(atPath: file.path) {
        entries = try Self.detections(file, numbers)
      }
      if entries.isEmpty {
        missing.append(name)
        guard allowsMissing else {
          throw UsageError(
            "\(file.path) is missing or empty; --allow-missing counts that as no detection")
        }
      }
      found.append(entries)
    }
    truth = try Self.truth(devkit, images)
    directory = devkit.directory
    imageCount = images.count
    self.found = found
    self.missing = missing
  }

  /// Matches them by both rules.
  package func scores() throws(EvaluationError) -> DetectionScores {
    try DetectionScores(names: VOCDevkit.classes, truth: truth, detections: found)
  }

  /// The mean average precision by the devkit's rule alone.
  package func mean(_ rule: AveragePrecisionRule) throws(EvaluationError) -> Double? {
    var averages: [Double] = []
    for (truth, detections) in zip(truth, found) {
      let curve = try PrecisionRecall(truth: truth, detections: detections)
      if let average = curve.average(rule) { averages.append(average) }
    }
    return averages.isEmpty ? nil : averages.reduce(0, +) / Double(averages.count)
  }

  private static func refuseForeignFiles(_ directory: URL, _ set: String) throws {
    let known = VOCDevkit.classes.map { DetectionFile.name(set: set, class: $0) }
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: directory.path) } catch {
      throw UsageError("cannot read the directory \(directory.path): \(error.localizedDescription)")
    }
    let prefix = DetectionFile.name(set: set, class: "").prefix { $0 != "." }
    for name in names.sorted() where name.hasPrefix(prefix) && !known.contains(name) {
      throw UsageError(
        "\(directory.path)/\(name) names no class of the devkit; there are "
          + VOCDevkit.classes.joined(separator: ", "))
    }
  }

  private static func truth(_ devkit: VOCDevkit, _ images: [String]) throws
    -> [[[PrecisionRecall.Truth]]]
  {
    let none = [[PrecisionRecall.Truth]](repeating: [], count: images.count)
    var truth = Dictionary(uniqueKeysWithValues: VOCDevkit.classes.map { ($0, none) })
    for (number, image) in images.enumerated() {
      for object in try devkit.annotation(of: image).objects {
        truth[object.name]?[number].append(
          .init(box: try Box(object.box), isDifficult: object.isDifficult))
      }
    }
    return VOCDevkit.classes.map { truth[$0] ?? none }
  }

  private static func detections(_ url: URL, _ numbers: [String: Int]) throws
    -> [PrecisionRecall.Detection]
  {
    try DetectionFile(contentsOf: url).entries.map { entry in
      guard let image = numbers[entry.image] else {
        throw DatasetError(
          "\(url.path), line \(entry.line): image \(entry.image) is not in the set")
      }
      return try .init(image: image, score: entry.score, box: Box(entry.box))
    }
  }
}
