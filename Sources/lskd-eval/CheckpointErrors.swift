import ArgumentParser
import Datasets
import Foundation
import Measuring
import PlaceArguments
import ProgramSupport
import UserErrors

struct CheckpointErrors: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract:
      "Measures a checkpoint: a classifier on CIFAR-100 or ImageNet, a detector or a segmentation on a VOC devkit.",
    discussion: """
      Without --data, --synthetic, --imagenet or --voc it takes the images that the checkpoint was measured with in training: its \
      header names them, they lie where lskd-data fetch puts them, and synthetic ones are made anew.
      """
  )

  @Argument(help: "A .lskd file with a trained network.")
  var checkpoint: String

  @Option(help: "Directory with the CIFAR-100 binary files, for a classifier.")
  var data: String?

  @Flag(help: "Use the embedded synthetic images of the smoke budget.")
  var synthetic = false

  @Option(
    help:
      "Directory with ImageNet's archives or with val/CLASS folders, for a classifier of photos; --set names another set."
  )
  var imagenet: String?

  @Option(
    help:
      "Write to this file, for every photo, the rank of its class and the five best classes, between tabs."
  )
  var predictions: String?

  @Option(
    help:
      "Side in pixels of the squares that a classifier of photos sees (default: its training's).")
  var side: Int?

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
    case .imageNet: try measurePhotos(found, file)
    case .ssd300: try measureDetector(found, file)
    case .deepLab: try measureSegmentation(found, file)
    }
  }

  /// The options that not every network takes.
  private var options: [(name: String, isGiven: Bool, pipelines: Set<EvaluationPipeline>)] {
    let photos: Set<EvaluationPipeline> = [.ssd300, .deepLab]
    let all = photos.union([.imageNet])
    return [
      ("--data", data != nil, [.cifar100]), ("--synthetic", synthetic, [.cifar100]),
      ("--imagenet", imagenet != nil, [.imageNet]),
      ("--predictions", predictions != nil, [.imageNet]),
      ("--side", side != nil, [.imageNet]), ("--voc", voc != nil, photos),
      ("--year", self.photos.year != nil, photos),
      ("--set", self.photos.imageSet != nil, all), ("--skip-bad", skipBad, all),
      ("--rule", detections.rule != nil, [.ssd300]),
      ("--curves", detections.curves != nil, [.ssd300]),
      ("--write-detections", writeDetections != nil, [.ssd300]),
      ("--write-predictions", writePredictions != nil, [.deepLab]),
      ("--write-overlays", writeOverlays != nil, [.deepLab]),
      ("--short-side", shortSide != nil, [.deepLab]),
    ]
  }

  private func measureClassifier(_ found: ModelCheckpoint, _ file: URL) throws {
    let job = try EvaluationJob(
      checkpoint: found, file: file, directory: data.map { URL(fileURLWithPath: $0) },
      synthetic: synthetic)
    Console.print(try job.run(json: json))
  }

  private func measurePhotos(_ found: ModelCheckpoint, _ file: URL) throws {
    guard photos.imageSet == nil || imagenet != nil else {
      throw UsageError("--set names a set of the directory that --imagenet names")
    }
    var request = ClassPhotoEvaluationJob.Request()
    request.root = imagenet.map { URL(fileURLWithPath: $0) }
    if let set = photos.imageSet { request.set = set }
    request.side = side
    request.skipsBad = skipBad
    request.predictions = predictions.map { URL(fileURLWithPath: $0) }
    let job = ClassPhotoEvaluationJob(
      checkpoint: found, file: file, request, report: leftOut.tell)
    Console.print(try job.run(json: json))
  }

  /// Calls `body` with the photos that flags name, else with those that the checkpoint was measured with.
  private func withPhotos(
    _ found: ModelCheckpoint, _ file: URL, _ usual: (year: Int, set: String),
    _ body: (URL, [VOCDevkit.Part], MeasuredImages?) throws -> Void
  ) throws {
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
        checkpoint: found, file: file, root: root, parts: parts, rule: detections.usedRule,
        needsTruth: writeDetections == nil, skipsBad: skipBad, expected: measured,
        report: leftOut.tell)
      if let writeDetections {
        try job.writeDetections(to: URL(fileURLWithPath: writeDetections))
      }
      if let result = try job.evaluation() {
        try detections.show(result, json: json)
      } else {
        let sets = parts.map(\.description).joined(separator: ", ")
        Console.print(
          "\(sets) has no annotations here: detections are written, nothing is measured")
      }
    }
  }

  private func measureSegmentation(_ found: ModelCheckpoint, _ file: URL) throws {
    try withPhotos(found, file, photos.segmentations) { root, parts, measured in
      var request = SegmenterEvaluationJob.Request(
        root: root, parts: parts, shortSide: shortSide, skipsBad: skipBad)
      request.expected = measured
      request.predictions = writePredictions.map { URL(fileURLWithPath: $0) }
      request.overlays = writeOverlays.map { URL(fileURLWithPath: $0) }
      let job = try SegmenterEvaluationJob(
        checkpoint: found, file: file, request, report: leftOut.tell)
      if let result = try job.run() {
        Console.print(result.text(json: json))
      } else {
        let sets = parts.map(\.description).joined(separator: ", ")
        Console.print("\(sets) has no masks here: predictions are written, nothing is measured")
      }
    }
  }

  private var leftOut: LeftOutPhotos {
    LeftOutPhotos(file: URL(fileURLWithPath: "left-out.txt"))
  }
}
