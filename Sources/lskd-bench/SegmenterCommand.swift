import ArgumentParser
import Benchmarks
import Datasets
import Foundation
import PlaceArguments
import ProgramSupport

struct SegmenterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "segmenter",
    abstract:
      "Photos with masks, confusion matrix and training step of DeepLabV3+, beside Python programs."
  )

  @Option(help: "The VOCdevkit directory, or the one above it.")
  var voc = DataHome.directory.path

  @Option(help: "A Python with torch, torchvision, Pillow and NumPy.")
  var python: String?

  @Option(help: "resnet101, resnet18 or mobilenet.")
  var backbone = "resnet18"

  @Option(help: "Photos of a training step.")
  var batch = 2

  @Option(help: "Side of their crops in pixels.")
  var size = 257

  @Option(help: "Measurements of each kind.")
  var repeats = 5

  @OptionGroup var place: PlaceOptions

  func run() throws {
    let request = SegmenterBenchmark.Request(
      root: URL(fileURLWithPath: voc), python: python, backbone: backbone, batch: batch,
      size: size, repeats: repeats)
    Console.print(
      try SegmenterBenchmark(request, place: try place.prepared()).run(), terminator: "")
  }
}
