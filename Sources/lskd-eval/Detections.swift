import ArgumentParser
import Datasets
import Foundation
import Measuring

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
  var voc = DataHome.directory.path

  @OptionGroup var photos: PhotoOptions
  @OptionGroup var matching: DetectionOptions

  @Flag(help: "Count a class whose file is missing or empty as without detections.")
  var allowMissing = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let job = try DetectionEvaluationJob(
      detections: URL(fileURLWithPath: detections), root: URL(fileURLWithPath: voc),
      year: photos.detections.year, set: photos.detections.set, rule: matching.usedRule,
      allowsMissing: allowMissing)
    try matching.show(job, json: json)
    warn("no detections of these classes", job.missing)
  }
}
