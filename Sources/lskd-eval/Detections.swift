import ArgumentParser
import Datasets
import Foundation
import Measuring
import ProgramSupport

struct Detections: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Mean average precision of detections in the VOC devkit's result format.",
    discussion: """
      Reads comp4_det_SET_CLASS.txt files of any origin and matches them by the devkit's rule: widths count both \
      ends, the best ground truth is tried only, difficult objects count neither way. Other programs' names, \
      det_SET_CLASS.txt with anything and an underscore before it, are taken, too.
      """)

  @Argument(help: "Directory with one file per class.")
  var detections: String

  @Option(help: "The VOCdevkit directory, or the one above it.")
  var voc = DataHome.directory.path

  @OptionGroup var photos: PhotoOptions
  @OptionGroup var matching: DetectionOptions

  @Flag(help: "Count a class whose file is missing or empty as without detections.")
  var allowMissing = false

  @Flag(help: "Refuse boxes whose right side lies left of the left one, or bottom above top.")
  var strict = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let job = try DetectionEvaluationJob(
      detections: URL(fileURLWithPath: detections), root: URL(fileURLWithPath: voc),
      year: photos.detections.year, set: photos.detections.set, rule: matching.usedRule,
      allowsMissing: allowMissing, isStrict: strict)
    try matching.show(job, json: json)
    if job.invertedBoxes > 0 {
      Console.warn(
        "\(job.invertedBoxes) boxes have right before left or bottom above top; they count as false detections, as the "
          + "devkit has it (--strict refuses them)")
    }
    if !job.missing.isEmpty {
      Console.warn("no detections of \(job.missing.joined(separator: ", "))")
    }
  }
}
