import ArgumentParser
import Foundation
import Measuring
import PlaceArguments
import ProgramSupport
import UserErrors

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
    let place = try place.prepared()
    let found = try ModelCheckpoint(contentsOf: file, device: place.device, layout: place.layout)
    for option in options where option.isGiven && !option.pipelines.contains(found.pipeline) {
      throw UsageError(
        "\(option.name) does not go with \(file.path), which holds \(found.architecture)")
    }
    switch found.pipeline {
    case .cifar100: try measureClassifier(found, file)
    case .ssd300: try measureDetector(found, file, try devkit(file))
    case .deepLab: try measureSegmentation(found, file, try devkit(file))
    }
  }

  /// The options that not every network takes.
  private var options: [(name: String, isGiven: Bool, pipelines: Set<EvaluationPipeline>)] {
    let photos: Set<EvaluationPipeline> = [.ssd300, .deepLab]
    return [
      ("--data", data != nil, [.cifar100]), ("--synthetic", synthetic, [.cifar100]),
      ("--voc", voc != nil, photos), ("--year", self.photos.year != nil, photos),
      ("--set", self.photos.imageSet != nil, photos), ("--skip-bad", skipBad, photos),
      ("--rule", detections.rule != nil, [.ssd300]),
      ("--curves", detections.curves != nil, [.ssd300]),
      ("--write-detections", writeDetections != nil, [.ssd300]),
      ("--write-predictions", writePredictions != nil, [.deepLab]),
      ("--write-overlays", writeOverlays != nil, [.deepLab]),
      ("--short-side", shortSide != nil, [.deepLab]),
    ]
  }

  private func devkit(_ file: URL) throws -> URL {
    guard let voc else {
      throw UsageError("\(file.path) is measured on photos of a devkit: name it with --voc DIR")
    }
    return URL(fileURLWithPath: voc)
  }

  private func measureClassifier(_ found: ModelCheckpoint, _ file: URL) throws {
    guard (data != nil) != synthetic else {
      throw UsageError("name the images: either --data DIR or --synthetic")
    }
    let job = try EvaluationJob(
      checkpoint: found, file: file, directory: data.map { URL(fileURLWithPath: $0) })
    Console.print(try job.run(json: json))
  }

  private func measureDetector(_ found: ModelCheckpoint, _ file: URL, _ root: URL) throws {
    let job = try DetectorEvaluationJob(
      checkpoint: found, file: file, root: root, year: photos.detections.year,
      set: photos.detections.set, rule: detections.usedRule, needsTruth: writeDetections == nil,
      skipsBad: skipBad, report: leftOut.tell)
    if let writeDetections {
      try job.writeDetections(to: URL(fileURLWithPath: writeDetections))
    }
    if let result = try job.evaluation() {
      try detections.show(result, json: json)
    } else {
      let (year, set) = photos.detections
      Console.print(
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
      Console.print(result.text(json: json))
    } else {
      Console.print(
        "\(set) of \(year) has no masks here: predictions are written, nothing is measured")
    }
  }

  private var leftOut: LeftOutPhotos {
    LeftOutPhotos(file: URL(fileURLWithPath: "left-out.txt"))
  }
}
