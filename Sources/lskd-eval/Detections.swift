import ArgumentParser
import Experiments
import Foundation

struct Detections: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Mean average precision of detections in the VOC devkit's result format.",
    discussion: """
      Reads comp4_det_SET_CLASS.txt files of any origin and matches them by the devkit's rule: widths count both \
      ends, the best ground truth is tried only, difficult objects count neither way.
      """)

  @Argument(help: "Directory with one file per class.")
  var detections: String

  @Option(help: "The VOCdevkit directory, or the one above it.")
  var voc: String

  @Option(help: "Year of the devkit.")
  var year = 2007

  @Option(name: .customLong("set"), help: "Image set.")
  var imageSet = "test"

  @Option(help: "voc07: eleven recalls; area: under the monotone curve, as from 2010 on.")
  var rule = "voc07"

  @Flag(help: "Count a class whose file is missing or empty as without detections.")
  var allowMissing = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let job = try DetectionEvaluationJob(
      detections: URL(fileURLWithPath: detections), root: URL(fileURLWithPath: voc), year: year,
      set: imageSet, rule: rule, allowsMissing: allowMissing)
    print(job.text(json: json))
    if !job.missing.isEmpty {
      FileHandle.standardError.write(
        Data(("no detections of " + job.missing.joined(separator: ", ") + "\n").utf8))
    }
  }
}
