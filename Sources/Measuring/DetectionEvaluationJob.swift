import Datasets
import DurableFiles
public import Evaluation
public import Foundation
import JSON
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
  /// Detections whose right side lies left of the left one, or whose bottom lies above the top.
  public let invertedBoxes: Int

  /// Reads annotations and result files of the devkit and matches them, class by class. A class without detections is
  /// an error unless `allowsMissing`; a result file of a class that does not exist, and a directory without any, always
  /// are. An inverted box is a false detection, or an error where `isStrict`.
  public init(
    detections: URL, root: URL, year: Int, set: String, rule: AveragePrecisionRule,
    allowsMissing: Bool, isStrict: Bool = false
  ) throws {
    self.rule = rule
    let files = try ResultFiles(
      .init(
        detections: detections, root: root, year: year, set: set, allowsMissing: allowsMissing,
        isStrict: isStrict))
    scores = try files.scores()
    invertedBoxes = files.invertedBoxes
    place = "\(files.directory.path), \(set)"
    imageCount = files.imageCount
    checkpoint = nil
    missing = files.missing
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
    invertedBoxes = 0
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
      "count": .integer(imageCount), "inverted_boxes": .integer(invertedBoxes),
    ]
    if let checkpoint { members["checkpoint"] = .string(checkpoint) }
    return JSONValue.object(members).canonical
  }

  /// Writes the curves of all classes: `precision-recall.svg` and, in full precision, `precision-recall.json`.
  public func writeCurves(to directory: URL) throws {
    try FileError.makeDirectory(directory)
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
