public import Datasets
import Detection
import DurableFiles
public import Evaluation
public import Foundation
import Training
import UserErrors

/// The evaluation of a detector's checkpoint on photos of a devkit.
public struct DetectorEvaluationJob {
  private let checkpoint: ModelCheckpoint
  private let data: DetectionDataset
  private let set: String
  private let rule: AveragePrecisionRule
  private let detections: [[DetectionDecoder.Detection]]

  /// Reads the photos and detects. A photo that is missing or damaged is an error unless `skipsBad`; photos other than
  /// those of `expected` are one, too.
  public init(
    checkpoint: ModelCheckpoint, file: URL, root: URL, parts: [VOCDevkit.Part],
    rule: AveragePrecisionRule, skipsBad: Bool, expected: MeasuredImages? = nil
  ) throws {
    self.rule = rule
    self.checkpoint = checkpoint
    data = try DetectionDataset(
      name: parts.yearsInWords, root: root, parts: parts, skipsBad: skipsBad)
    try expected?.check(data.digest, "--voc DIR")
    guard checkpoint.architecture.output == .boxes,
      checkpoint.network.classCount == data.classes.count + 1
    else {
      throw UsageError(
        "\(file.path) holds \(checkpoint.architecture) with \(checkpoint.network.classCount) classes, which "
          + "is no detector of the \(data.classes.count) classes of VOC")
    }
    set = parts.setsInWords
    let evaluator = DetectionEvaluator(training: data, test: data)
    detections = try checkpoint.measured { [data] in try evaluator.detections(of: $0, on: data) }
  }

  /// Photos that were left out, each with the reason.
  public var leftOut: [String] { data.leftOut }

  /// The scores by the devkit's rule.
  public func evaluation() throws -> DetectionEvaluationJob {
    DetectionEvaluationJob(
      scores: try DetectionEvaluator.scores(of: detections, on: data), rule: rule,
      place: "\(data.name), \(set)", imageCount: data.count, checkpoint: checkpoint.sha256)
  }

  /// Writes the devkit's result file of every class.
  public func writeDetections(to directory: URL) throws {
    try FileError.makeDirectory(directory)
    var lines = data.classes.map { _ in [String]() }
    for (sample, found) in zip(data.samples, detections) {
      for detection in found {
        lines[detection.label].append(
          DetectionFile.line(
            image: sample.id, score: detection.score, box: sample.pixels(of: detection.box)))
      }
    }
    for (name, lines) in zip(data.classes, lines) {
      // A set's name may hold its task; a file's may not.
      let file = DetectionFile.name(
        set: set.split(separator: "/").map(String.init).joined(separator: "_"), class: name)
      try AtomicFile.write(
        lines.map { $0 + "\n" }.joined(), to: directory.appendingPathComponent(file))
    }
  }
}
