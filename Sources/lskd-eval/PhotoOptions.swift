public import ArgumentParser
public import Evaluation
import Foundation
import Measuring
import ProgramSupport

/// Which photos results are matched with.
struct PhotoOptions: ParsableArguments {
  @Option(help: "Year of the devkit (default: 2007 for detections, 2012 for segmentations).")
  var year: Int?

  @Option(
    name: .customLong("set"),
    help: "Image set (default: test for detections, val for segmentations).")
  var imageSet: String?

  /// Whether a year or a set is named.
  var isGiven: Bool { year != nil || imageSet != nil }

  var detections: (year: Int, set: String) { (year ?? 2007, imageSet ?? "test") }
  var segmentations: (year: Int, set: String) { (year ?? 2012, imageSet ?? "val") }
}

extension AveragePrecisionRule: ExpressibleByArgument {}

/// How detections are matched.
struct DetectionOptions: ParsableArguments {
  @Option(
    help: "voc07: eleven recalls; area: under the monotone curve, as from 2010 on (default: voc07)."
  )
  var rule: AveragePrecisionRule?

  var usedRule: AveragePrecisionRule { rule ?? .voc07 }

  @Option(help: "Write the precision-recall curves to this directory, as SVG and JSON.")
  var curves: String?

  func show(_ job: DetectionEvaluationJob, json: Bool) throws {
    Console.print(job.text(json: json))
    if let curves { try job.writeCurves(to: URL(fileURLWithPath: curves)) }
  }
}
