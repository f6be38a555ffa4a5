import ArgumentParser
import Datasets
import Foundation
import Measuring
import ProgramSupport

struct Segmentation: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Mean intersection over union of a folder of predicted masks of any origin.",
    discussion: """
      Reads ID.png for every image of the set: palette or grey PNGs whose values are classes, as the devkit wants them. \
      Pixels whose truth is void are dropped; one matrix is filled over the whole set.
      """)

  @Argument(help: "Directory with one PNG per image.")
  var predictions: String

  @Option(help: "The VOCdevkit directory, or the one above it.")
  var voc = DataHome.directory.path

  @OptionGroup var photos: PhotoOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let job = try SegmentationEvaluationJob(
      predictions: URL(fileURLWithPath: predictions), root: URL(fileURLWithPath: voc),
      year: photos.segmentations.year, set: photos.segmentations.set)
    Console.print(job.text(json: json))
  }
}
