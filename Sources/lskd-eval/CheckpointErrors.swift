import ArgumentParser
import Experiments
import Foundation
import RunArguments

struct CheckpointErrors: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract:
      "Measures a checkpoint: a classifier on CIFAR-100, a detector or a segmentation on a VOC devkit."
  )

  @Argument(help: "A .lskd file with a trained network.")
  var checkpoint: String

  @Option(help: "Directory with the CIFAR-100 binary files.")
  var data: String?

  @Flag(help: "Use the embedded synthetic images of the smoke budget.")
  var synthetic = false

  @Option(help: "The VOCdevkit directory, or the one above it, for a detector or a segmentation.")
  var voc: String?

  @OptionGroup var photos: PhotoOptions
  @OptionGroup var detections: DetectionOptions

  @Flag(
    help:
      "Leave out photos that are missing or damaged, and list them; more than twenty go to left-out.txt."
  )
  var skipBad = false

  @Option(
    help:
      "Write a detector's results to this directory, as comp4_det_SET_CLASS.txt; the set may be without truth."
  )
  var writeDetections: String?

  @Option(
    help:
      "Write a segmentation's masks to this directory, as ID.png with the devkit's palette; the set may be without truth."
  )
  var writePredictions: String?

  @Option(help: "Write photos under half transparent masks to this directory, as ID.png.")
  var writeOverlays: String?

  @Option(
    help:
      "Short side in pixels at which a segmentation is measured besides the photos' own size (default: that of its training)."
  )
  var shortSide: Int?

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
    let found = try ModelCheckpoint(
      contentsOf: file, device: options.device, layout: options.layout)
    let root = URL(fileURLWithPath: voc)
    switch found.architecture {
    case .deepLab: try measureSegmentation(found, file, root)
    default: try measureDetector(found, file, root)
    }
  }

  private func measureDetector(_ found: ModelCheckpoint, _ file: URL, _ root: URL) throws {
    let job = try DetectorEvaluationJob(
      checkpoint: found, file: file, root: root, year: photos.detections.year,
      set: photos.detections.set, rule: detections.rule, needsTruth: writeDetections == nil,
      skipsBad: skipBad, report: leftOut.tell)
    if let writeDetections {
      try job.writeDetections(to: URL(fileURLWithPath: writeDetections))
    }
    if let result = try job.evaluation() {
      try detections.show(result, json: json)
    } else {
      let (year, set) = photos.detections
      print(
        "\(set) of \(year) has no annotations here: detections are written, nothing is measured")
    }
  }

  private func measureSegmentation(_ found: ModelCheckpoint, _ file: URL, _ root: URL) throws {
    let (year, set) = photos.segmentations
    var request = SegmenterEvaluationJob.Request(
      root: root, year: year, set: set, shortSide: shortSide, skipsBad: skipBad)
    request.predictions = writePredictions.map { URL(fileURLWithPath: $0) }
    request.overlays = writeOverlays.map { URL(fileURLWithPath: $0) }
    let job = try SegmenterEvaluationJob(
      checkpoint: found, file: file, request, report: leftOut.tell)
    if let result = try job.run() {
      print(result.text(json: json))
    } else {
      print("\(set) of \(year) has no masks here: predictions are written, nothing is measured")
    }
  }

  private var leftOut: LeftOutPhotos {
    LeftOutPhotos(file: URL(fileURLWithPath: "left-out.txt"))
  }
}
