import ArgumentParser
import Datasets
import Experiments
import Foundation
import RunArguments

struct CheckpointErrors: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract:
      "Measures a checkpoint: a classifier on CIFAR-100, a detector or a segmentation on a VOC devkit.",
    discussion: """
      Without --data, --synthetic or --voc it takes the images that the checkpoint was measured with in training: its \
      header names them, they lie where lskd-data fetch puts them, and synthetic ones are made anew.
      """
  )

  @Argument(help: "A .lskd file with a trained network.")
  var checkpoint: String

  @Option(help: "Directory with the CIFAR-100 binary files, for a classifier.")
  var data: String?

  @Flag(help: "Use the embedded synthetic images of the smoke budget.")
  var synthetic = false

  @Option(help: "The VOCdevkit directory, or the one above it, for a detector or a segmentation.")
  var voc: String?

  @OptionGroup var photos: PhotoOptions
  @OptionGroup var detections: DetectionOptions

  @Flag(help: "Leave out photos that are missing or damaged, and list them.")
  var skipBad = false

  @Option(help: "Write a detector's results to this directory, as comp4_det_SET_CLASS.txt.")
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
    let found = try ModelCheckpoint(
      contentsOf: file, device: options.device, layout: options.layout)
    switch found.architecture {
    case .deepLab: try measureSegmentation(found, file)
    case .ssd300: try measureDetector(found, file)
    default:
      guard voc == nil else {
        throw UsageError(
          "\(file.path) holds \(found.architecture), a classifier: --data names its images")
      }
      print(
        try EvaluationJob(checkpoint: found, file: file, data: data, synthetic: synthetic)
          .run(json: json))
    }
  }

  /// Calls `body` with the photos that flags name, else with those that the checkpoint was measured with.
  private func withPhotos(
    _ found: ModelCheckpoint, _ file: URL, _ usual: (year: Int, set: String),
    _ body: (URL, [VOCDevkit.Part], MeasuredImages?) throws -> Void
  ) throws {
    guard data == nil, !synthetic else {
      throw UsageError(
        "\(file.path) holds \(found.architecture), which is measured with photos: name them with --voc DIR"
      )
    }
    if voc != nil || photos.isGiven {
      let root = voc.map { URL(fileURLWithPath: $0) } ?? DataHome.directory
      return try body(root, [.init(year: usual.year, set: usual.set)], nil)
    }
    let measured = try MeasuredImages(
      of: found, file, flags: "--voc DIR, and --year and --set where they are not the usual ones")
    try measured.withDevkit { try body($0, $1, measured) }
  }

  private func measureDetector(_ found: ModelCheckpoint, _ file: URL) throws {
    try withPhotos(found, file, photos.detections) { root, parts, measured in
      let job = try DetectorEvaluationJob(
        checkpoint: found, file: file, root: root, parts: parts, rule: detections.rule,
        skipsBad: skipBad, expected: measured)
      if let writeDetections {
        try job.writeDetections(to: URL(fileURLWithPath: writeDetections))
      }
      try detections.show(try job.evaluation(), json: json)
      warn("left out", job.leftOut)
    }
  }

  private func measureSegmentation(_ found: ModelCheckpoint, _ file: URL) throws {
    try withPhotos(found, file, photos.segmentations) { root, parts, measured in
      var request = SegmenterEvaluationJob.Request(
        root: root, parts: parts, shortSide: shortSide, skipsBad: skipBad)
      request.expected = measured
      request.predictions = writePredictions.map { URL(fileURLWithPath: $0) }
      request.overlays = writeOverlays.map { URL(fileURLWithPath: $0) }
      let job = try SegmenterEvaluationJob(checkpoint: found, file: file, request)
      if let result = try job.run() {
        print(result.text(json: json))
      } else {
        let sets = parts.map(\.description).joined(separator: ", ")
        print("\(sets) has no masks here: predictions are written, nothing is measured")
      }
      warn("left out", job.leftOut)
    }
  }
}
