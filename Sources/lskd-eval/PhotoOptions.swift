import ArgumentParser
import Experiments
import Foundation

/// Which photos detections are matched with, and how.
struct PhotoOptions: ParsableArguments {
  @Option(help: "Year of the devkit.")
  var year = 2007

  @Option(name: .customLong("set"), help: "Image set.")
  var imageSet = "test"

  @Option(help: "voc07: eleven recalls; area: under the monotone curve, as from 2010 on.")
  var rule = "voc07"

  @Option(help: "Write the precision-recall curves to this directory, as SVG and JSON.")
  var curves: String?

  func show(_ job: DetectionEvaluationJob, json: Bool) throws {
    print(job.text(json: json))
    if let curves { try job.writeCurves(to: URL(fileURLWithPath: curves)) }
  }

  func warn(_ what: String, _ items: [String]) {
    guard !items.isEmpty else { return }
    FileHandle.standardError.write(
      Data((["\(what), \(items.count):"] + items).joined(separator: "\n").utf8 + [10]))
  }
}
