import ArgumentParser
import Benchmarks
import Datasets
import Foundation
import PlaceArguments
import ProgramSupport

struct PhotosCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "photos",
    abstract:
      "ImageNet's photos decoded and transformed, the index of an archive, and a training step, beside Python programs.",
    discussion: """
      Decoding and transforming is measured on one thread each. With --python the suite's pixels are held against PIL's, \
      too.
      """)

  @Option(help: "Directory with the photos of a set, such as val/CLASS/*.JPEG.")
  var imagenet = DataHome.directory.appendingPathComponent(PhotoFolder.folderName).path

  @Option(name: .customLong("set"), help: "The set.")
  var imageSet = "val"

  @Option(
    help:
      "A Python with torch, torchvision, Pillow and NumPy; torchvision's decoder and torchcodec are measured where they load."
  )
  var python: String?

  @Option(help: "Photos that are measured, at even distances.")
  var count = 100

  @Option(help: "Side of the squares in pixels.")
  var side = 224

  @Option(
    help: "Layers of the ResNet that is trained: 18, 34, 50, 101 or 152; 0 measures no training.")
  var depth = 50

  @Option(help: "Photos of a training step.")
  var batch = 8

  @Option(help: "Side of its photos in pixels (default: --side).")
  var stepSide: Int?

  @Option(help: "Entries of the archive whose index is made; 0 makes none.")
  var entries = 1_281_167

  @Option(help: "Measurements of each kind.")
  var repeats = 5

  @OptionGroup var place: PlaceOptions

  func run() throws {
    let request = PhotoBenchmark.Request(
      root: URL(fileURLWithPath: imagenet), set: imageSet, python: python, count: count, side: side,
      depth: depth, batch: batch, stepSide: stepSide ?? side, entries: entries, repeats: repeats)
    try PhotoBenchmark(request, place: try place.prepared()).run { Console.print($0) }
  }
}
