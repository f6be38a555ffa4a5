import ArgumentParser
import Benchmarks
import Datasets
import Foundation
import PlaceArguments
import ProgramSupport

struct DetectorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detector",
    abstract:
      "Photos, suppression, training step of SSD300 and evaluation of result files, beside Python programs."
  )

  @Option(help: "The VOCdevkit directory, or the one above it.")
  var voc = DataHome.directory.path

  @Option(help: "Directory of result files of VOC2007 test.")
  var detections: String?

  @Option(help: "A Python with torch, torchvision and pycocotools.")
  var python: String?

  @Option(help: "Images of a training step.")
  var batch = 4

  @Option(help: "Measurements of each kind.")
  var repeats = 5

  @OptionGroup var place: PlaceOptions

  func run() throws {
    let request = DetectorBenchmark.Request(
      root: URL(fileURLWithPath: voc),
      detections: detections.map { URL(fileURLWithPath: $0) }, python: python, batch: batch,
      repeats: repeats)
    Console.print(try DetectorBenchmark(request, place: try place.prepared()).run(), terminator: "")
  }
}
