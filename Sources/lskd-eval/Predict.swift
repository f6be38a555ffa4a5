import ArgumentParser
import Foundation
import Measuring
import PlaceArguments
import ProgramSupport

struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Names the five best classes that a classifier of photos sees in each photo.",
    discussion: """
      The names of the classes are those of --classes, else those of the checkpoint's header, else numbers. Weights from \
      elsewhere have no names: let --classes name a list in the order of the labels, an id and words per line, or a \
      directory with synsets.txt or the devkit of ImageNet.
      """)

  @Argument(help: "A .lskd file with a classifier of photos.")
  var checkpoint: String

  @Argument(help: "JPEG or PNG files, or directories with such files.")
  var photos: [String]

  @Option(help: "A list of the classes, or a directory with one.")
  var classes: String?

  @Option(
    help: "Side in pixels of the squares that the network sees (default: its training's).")
  var side: Int?

  @OptionGroup var place: PlaceOptions

  @Flag(help: "Print one JSON object per photo.")
  var json = false

  func run() throws {
    let file = URL(fileURLWithPath: checkpoint)
    let place = try place.prepared()
    let found = try ModelCheckpoint(contentsOf: file, device: place.device, layout: place.layout)
    let prediction = try PhotoPrediction(
      found, file: file, classes: classes.map { URL(fileURLWithPath: $0) }, side: side)
    for photo in try PhotoPrediction.files(photos.map { URL(fileURLWithPath: $0) }) {
      Console.print(try prediction.answer(photo, json: json))
    }
  }
}
