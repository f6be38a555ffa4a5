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

  /// Reads the photos and detects. A photo that is missing or damaged is an error unless `skipsBad`, which hands the
  /// reasons to `report`; annotations may be missing, of all photos, unless `needsTruth`. Photos other than those of
  /// `expected` are an error, too.
  public init(
    checkpoint: ModelCheckpoint, file: URL, root: URL, parts: [VOCDevkit.Part],
    rule: AveragePrecisionRule, needsTruth: Bool = true, skipsBad: Bool,
    expected: MeasuredImages? = nil, report: ([String]) -> Void = { _ in }
  ) throws {
    self.rule = rule
    self.checkpoint = checkpoint
    data = try DetectionDataset(
      name: parts.yearsInWords, root: root, parts: parts, needsTruth: needsTruth,
      skipsBad: skipsBad, report: report)
    try expected?.check(data.digest, "--voc DIR")
    let known = data.samples.count { $0.objects != nil }
    guard known == 0 || known == data.count else {
      throw DatasetError(
        "\(data.count - known) of the \(data.count) photos of \(parts.setsInWords) have no annotation; --skip-bad "
          + "leaves them out where nothing is written")
    }
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

  /// The scores by the devkit's rule; nil for photos without annotations.
  public func evaluation() throws -> DetectionEvaluationJob? {
    guard data.samples.allSatisfy({ $0.objects != nil }) else { return nil }
    return DetectionEvaluationJob(
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
      try AtomicFile.write(
        lines.map { $0 + "\n" }.joined(),
        to: directory.appendingPathComponent(DetectionFile.name(set: set, class: name)))
    }
  }
}
