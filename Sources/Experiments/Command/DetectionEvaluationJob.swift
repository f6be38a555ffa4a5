import Datasets
import Evaluation
public import Foundation
import Results

/// The evaluation of detections in the VOC devkit's result format, whatever made them.
public struct DetectionEvaluationJob {
  private struct ClassResult {
    let name: String
    let positives: Int
    let detections: Int
    let average: Double?
  }

  private let rule: AveragePrecisionRule
  private let place: String
  private let imageCount: Int
  private let results: [ClassResult]
  /// Classes without a file, or with an empty one.
  public let missing: [String]

  /// Reads annotations and detections and matches them, class by class. A class without detections is an error unless
  /// `allowsMissing`.
  public init(
    detections: URL, root: URL, year: Int, set: String, rule: String, allowsMissing: Bool
  ) throws {
    guard let rule = AveragePrecisionRule(rawValue: rule) else {
      throw UsageError("there is no rule \"\(rule)\"; known are voc07 and area")
    }
    self.rule = rule
    let devkit = try VOCDevkit(root: root, year: year)
    let images = try devkit.images(in: set)
    let numbers = Dictionary(uniqueKeysWithValues: images.enumerated().map { ($1, $0) })
    let truth = try Self.truth(devkit, images)
    var results: [ClassResult] = []
    var missing: [String] = []
    for name in VOCDevkit.classes {
      let file = detections.appendingPathComponent("comp4_det_\(set)_\(name).txt")
      var found: [PrecisionRecall.Detection] = []
      if FileManager.default.fileExists(atPath: file.path) {
        found = try Self.detections(file, numbers)
      }
      if found.isEmpty {
        missing.append(name)
        guard allowsMissing else {
          throw UsageError(
            "\(file.path) is missing or empty; --allow-missing counts that as no detection")
        }
      }
      let curve = try PrecisionRecall(truth: truth[name] ?? [], detections: found)
      results.append(
        ClassResult(
          name: name, positives: curve.positives, detections: found.count,
          average: curve.average(rule)))
    }
    place = "\(devkit.directory.path), \(set)"
    imageCount = images.count
    self.results = results
    self.missing = missing
  }

  private static func truth(_ devkit: VOCDevkit, _ images: [String]) throws
    -> [String: [[PrecisionRecall.Truth]]]
  {
    let none = [[PrecisionRecall.Truth]](repeating: [], count: images.count)
    var truth = Dictionary(uniqueKeysWithValues: VOCDevkit.classes.map { ($0, none) })
    for (number, image) in images.enumerated() {
      for object in try devkit.annotation(of: image).objects {
        truth[object.name]?[number].append(
          .init(box: try box(object.box), isDifficult: object.isDifficult))
      }
    }
    return truth
  }

  private static func detections(_ url: URL, _ numbers: [String: Int]) throws
    -> [PrecisionRecall.Detection]
  {
    try DetectionFile(contentsOf: url).entries.map { entry in
      guard let image = numbers[entry.image] else {
        throw DatasetError(
          "\(url.path), line \(entry.line): image \(entry.image) is not in the set")
      }
      return try .init(image: image, score: entry.score, box: box(entry.box))
    }
  }

  private static func box(_ sides: [Double]) throws -> Box {
    try Box(xMin: sides[0], yMin: sides[1], xMax: sides[2], yMax: sides[3])
  }

  /// Mean over the classes that have objects; nil where none has.
  private var mean: Double? {
    let averages = results.compactMap(\.average)
    return averages.isEmpty ? nil : averages.reduce(0, +) / Double(averages.count)
  }

  /// The result as text, in %, or as JSON with fractions in full precision.
  public func text(json: Bool) -> String {
    guard !json else {
      let classes = results.map { ($0.name, $0.average.map { JSONValue.number($0) } ?? .null) }
      return JSONValue.object([
        "task": "detection", "rule": .string(rule.rawValue),
        "metrics": .object([
          "map": mean.map { .number($0) } ?? .null,
          "ap": .object(Dictionary(uniqueKeysWithValues: classes)),
        ]),
        "count": .integer(imageCount),
      ]).canonical
    }
    let percent = { (value: Double?) in value.map { String(format: "%.2f", 100 * $0) } ?? "no AP" }
    var table = TextTable(["class", "objects", "detections", "AP (\(rule.rawValue)), %"])
    for result in results {
      table.add([
        result.name, String(result.positives), String(result.detections), percent(result.average),
      ])
    }
    let counted = results.count { $0.average != nil }
    return table.text
      + "mAP (\(rule.rawValue)) \(percent(mean)) % over \(counted) classes with objects, \(imageCount) images of \(place)"
  }
}
