import Datasets
import DurableFiles
import Evaluation
public import Foundation
import Results

/// The evaluation of detections by the rule of the VOC devkit, whatever made them.
public struct DetectionEvaluationJob {
  private let rule: AveragePrecisionRule
  private let place: String
  private let imageCount: Int
  private let scores: DetectionScores
  private let checkpoint: String?
  /// Classes without a file, or with an empty one.
  public let missing: [String]

  /// Reads annotations and result files of the devkit and matches them, class by class. A class without detections is
  /// an error unless `allowsMissing`; a result file of a class that does not exist always is.
  public init(
    detections: URL, root: URL, year: Int, set: String, rule: String, allowsMissing: Bool
  ) throws {
    self.rule = try Self.rule(rule)
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
    scores = try DetectionScores(
      names: VOCDevkit.classes, truth: Self.truth(devkit, images), detections: found)
    place = "\(devkit.directory.path), \(set)"
    imageCount = images.count
    checkpoint = nil
    self.missing = missing
  }

  /// Takes scores that were computed elsewhere.
  init(
    scores: DetectionScores, rule: AveragePrecisionRule, place: String, imageCount: Int,
    checkpoint: String
  ) {
    self.scores = scores
    self.rule = rule
    self.place = place
    self.imageCount = imageCount
    self.checkpoint = checkpoint
    missing = []
  }

  static func rule(_ name: String) throws(UsageError) -> AveragePrecisionRule {
    guard let rule = AveragePrecisionRule(rawValue: name) else {
      throw UsageError("there is no rule \"\(name)\"; known are voc07 and area")
    }
    return rule
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

// MARK: - Results

extension DetectionEvaluationJob {
  /// The result as text, in %, or as JSON with fractions in full precision.
  public func text(json: Bool) -> String {
    guard !json else { return jsonText }
    var table = TextTable([
      "class", "objects", "detections", "AP (\(rule.rawValue)), %", "AP@[.5:.95], %",
    ])
    for score in scores.classes {
      table.add([
        score.name, String(score.curve.positives), String(score.detections),
        Self.percent(score.curve.average(rule)), Self.percent(score.coco),
      ])
    }
    let counted = scores.classes.count { $0.curve.positives > 0 }
    return table.text
      + "mAP (\(rule.rawValue)) \(Self.percent(scores.mean(rule))) %, AP@[.5:.95] "
      + "\(Self.percent(scores.meanCOCO)) % over \(counted) classes with objects, "
      + "\(imageCount) images of \(place)"
  }

  private static func percent(_ value: Double?) -> String {
    value.map { String(format: "%.2f", 100 * $0) } ?? "no AP"
  }

  private var jsonText: String {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    func byClass(_ value: (DetectionScores.ClassScore) -> Double?) -> JSONValue {
      .object(
        Dictionary(uniqueKeysWithValues: scores.classes.map { ($0.name, number(value($0))) }))
    }
    var members: [String: JSONValue] = [
      "task": "detection", "rule": .string(rule.rawValue),
      "metrics": .object([
        "map": number(scores.mean(rule)), "ap": byClass { $0.curve.average(rule) },
        "map_coco": number(scores.meanCOCO), "ap_coco": byClass(\.coco),
      ]),
      "count": .integer(imageCount),
    ]
    if let checkpoint { members["checkpoint"] = .string(checkpoint) }
    return JSONValue.object(members).canonical
  }

  /// Writes the curves of all classes: `precision-recall.svg` and, in full precision, `precision-recall.json`.
  public func writeCurves(to directory: URL) throws {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let known = scores.classes.filter { $0.curve.positives > 0 }
    let plot = LinePlot(
      title: "precision over recall, \(place)", xLabel: "recall", yLabel: "precision",
      series: known.enumerated().map { index, score in
        .init(
          name: score.name, points: Array(zip(score.curve.recall, score.curve.precision)),
          colour: index)
      })
    let value = JSONValue.object(
      Dictionary(
        uniqueKeysWithValues: known.map { score in
          (
            score.name,
            JSONValue.object([
              "recall": .array(score.curve.recall.map { .number($0) }),
              "precision": .array(score.curve.precision.map { .number($0) }),
            ])
          )
        }))
    try AtomicFile.write(plot.svg, to: directory.appendingPathComponent("precision-recall.svg"))
    try AtomicFile.write(
      value.indented, to: directory.appendingPathComponent("precision-recall.json"))
  }
}
