import ArgumentParser
import Experiments
import Foundation
import RunArguments

struct CheckpointErrors: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "Measures a checkpoint: a classifier on CIFAR-100, a detector on a VOC devkit.")

  @Argument(help: "A .lskd file with a trained network.")
  var checkpoint: String

  @Option(help: "Directory with the CIFAR-100 binary files.")
  var data: String?

  @Flag(help: "Use the embedded synthetic images of the smoke budget.")
  var synthetic = false

  @Option(help: "The VOCdevkit directory, or the one above it, for a detector.")
  var voc: String?

  @OptionGroup var photos: PhotoOptions

  @Flag(help: "Leave out photos that are missing or damaged, and list them.")
  var skipBad = false

  @Option(help: "Write a detector's results to this directory, as comp4_det_SET_CLASS.txt.")
  var writeDetections: String?

  @OptionGroup var place: PlaceOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let file = URL(fileURLWithPath: checkpoint)
    let options = try place.runOptions()
    guard let voc else {
      let job = try EvaluationJob(
        checkpoint: file, data: data, synthetic: synthetic, options: options)
      return print(try job.run(json: json))
    }
    let job = try DetectorEvaluationJob(
      checkpoint: file, root: URL(fileURLWithPath: voc), year: photos.year, set: photos.imageSet,
      rule: photos.rule, skipsBad: skipBad, options: options)
    if let writeDetections {
      try job.writeDetections(to: URL(fileURLWithPath: writeDetections))
    }
    try photos.show(try job.evaluation(), json: json)
    photos.warn("left out", job.leftOut)
  }
}
