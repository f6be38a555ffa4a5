import Datasets
import DurableFiles
import Evaluation
public import Foundation
import JSON
import NeuralNet
import Results
import Training
import UserErrors

/// The evaluation of a classifier's checkpoint on photos of classes.
public struct ClassPhotoEvaluationJob {
  /// What is asked for besides the errors.
  public struct Request: Sendable {
    /// The directory around the photos; nil takes those that the checkpoint was measured with.
    public var root: URL?
    /// Their set.
    public var set = ClassPhotoEvaluationJob.usualSet
    /// Side of the squares in pixels; nil is what the checkpoint was trained for.
    public var side: Int?
    /// Whether bad photos are left out.
    public var skipsBad = false
    /// Where the rank of every photo's class is written.
    public var predictions: URL?

    /// Asks for the errors alone.
    public init() {}
  }

  /// The set that is measured where none is named.
  public static let usualSet = "val"
  /// Best classes of a photo that are written.
  static let bestClasses = 5

  private let checkpoint: ModelCheckpoint
  private let file: URL
  private let request: Request
  private let report: ([String]) -> Void

  /// Prepares a measurement; `report` gets the reasons for what is left out.
  public init(
    checkpoint: ModelCheckpoint, file: URL, _ request: Request,
    report: @escaping ([String]) -> Void = { _ in }
  ) {
    self.checkpoint = checkpoint
    self.file = file
    self.request = request
    self.report = report
  }

  /// Measures and returns the result as text or JSON, errors in % with full precision.
  public func run(json: Bool) throws -> String {
    if let root = request.root {
      return try measure(root, request.set, expected: nil, json: json)
    }
    let usual = DataHome.directory.appendingPathComponent(PhotoFolder.folderName)
    // Weights from elsewhere name no photos: ImageNet's own are meant, where they are.
    if checkpoint.metadata[MeasuredImages.layoutKey] == nil, PhotoFolder(usual).has(request.set) {
      return try measure(usual, request.set, expected: nil, json: json)
    }
    let measured = try MeasuredImages(of: checkpoint, file, flags: "--imagenet DIR")
    return try measured.withClassFolders { root, set in
      try measure(root, set, expected: measured, json: json)
    }
  }

  private func measure(_ root: URL, _ set: String, expected: MeasuredImages?, json: Bool) throws
    -> String
  {
    let folder = PhotoFolder(root)
    var photos = try folder.photos(set, classes: try classes(folder))
    if request.skipsBad { photos = try photos.withoutBadPhotos(report: report) }
    try expected?.check(photos.digest, "--imagenet DIR")
    guard checkpoint.network.classCount == photos.classes.count else {
      throw UsageError(
        "\(file.path) has \(checkpoint.network.classCount) classes, the photos of \(root.path) have "
          + "\(photos.classes.count)")
    }
    let crop = CentreCrop(side: try checkpoint.side(request.side))
    var lines = ["photo\tclass\trank\tbest classes"]
    let errors = try checkpoint.measured { network in
      try ClassPhotoEvaluator.errors(of: network, on: photos, crop: crop) { batch, logits in
        guard request.predictions != nil else { return }
        lines += Self.lines(batch, logits, photos)
      }
    }
    if let target = request.predictions {
      try AtomicFile.write(lines.map { $0 + "\n" }.joined(), to: target)
    }
    return json ? value(errors, photos, crop).canonical : text(errors, photos, crop, root)
  }

  /// The classes that the checkpoint was trained with: a part of the directory's where it learnt no others.
  private func classes(_ folder: PhotoFolder) throws -> PhotoClasses? {
    guard let names = checkpoint.classNames else { return nil }
    let own = PhotoClasses(names.map { String($0.prefix { $0 != " " }) })
    guard let known = try folder.classes(), known.ids != own.ids else { return own }
    guard let foreign = own.ids.first(where: { !known.ids.contains($0) }) else { return own }
    throw UsageError(
      "\(file.path) was trained with the class \(foreign), which is none of those of \(folder.root.path)"
    )
  }

  private static func lines(_ batch: ImageBatch, _ logits: [Float], _ photos: ClassPhotos)
    -> [String]
  {
    let count = photos.classes.count
    return batch.indices.enumerated().map { place, index in
      let row = Array(logits[place * count..<(place + 1) * count])
      let order = row.order
      let rank = (order.firstIndex(of: photos.label(index)) ?? 0) + 1
      let best = order.prefix(bestClasses).map { photos.classes.ids[$0] }.joined(separator: " ")
      return "\(photos.path(index))\t\(photos.classes.ids[photos.label(index)])\t\(rank)\t\(best)"
    }
  }

  private func value(_ errors: Measures, _ photos: ClassPhotos, _ crop: CentreCrop) -> JSONValue {
    .object([
      "task": "classification",
      "metrics": .object([
        "top1_error": .number(errors[.top1Error] ?? .nan),
        "top5_error": .number(errors[.top5Error] ?? .nan),
      ]),
      "count": .integer(photos.count), "left_out": .integer(photos.leftOut.count),
      "side": .integer(crop.side), "checkpoint": .string(checkpoint.sha256),
    ])
  }

  private func text(_ errors: Measures, _ photos: ClassPhotos, _ crop: CentreCrop, _ root: URL)
    -> String
  {
    var lines = [
      "checkpoint   \(file.path)", "sha256       \(checkpoint.sha256)",
      "network      \(checkpoint.architecture)",
      "data         \(root.path), \(photos.name), \(photos.count) photos"
        + (photos.leftOut.isEmpty ? "" : ", \(photos.leftOut.count) left out"),
      "data sha256  \(photos.digest)",
      "shown        short side \(crop.shortSide), the middle \(crop.side) x \(crop.side) pixels",
      "top-1 error  \(errors[.top1Error] ?? .nan) %",
      "top-5 error  \(errors[.top5Error] ?? .nan) %",
    ]
    if let recorded = checkpoint.metadata["top1_error"],
      checkpoint.metadata["dataset_test_sha256"] == photos.digest
    {
      lines.append(
        recorded == "\(errors[.top1Error] ?? .nan)"
          ? "equal to the error recorded in training" : "recorded in training: \(recorded) %")
    }
    return lines.joined(separator: "\n")
  }
}

extension ModelCheckpoint {
  /// Names of the classes in the order of the labels, where the header has them.
  var classNames: [String]? {
    let names = metadata[Self.classNamesKey]?.split(separator: "\n").map(String.init)
    return names?.count == network.classCount ? names : nil
  }

  /// Side of the squares that a classifier of photos looks at: what a user says, what it was trained for, or ImageNet's.
  func side(_ asked: Int?) throws(UsageError) -> Int {
    let side = asked ?? imageSize ?? ClassPhotoEvaluator.paperSide
    guard (8...2048).contains(side) else {
      throw UsageError("a square has a side of 8 to 2048 pixels, not \(side)")
    }
    return side
  }
}

extension [Float] {
  /// Positions from the largest number to the smallest; of equal ones the first first, as ranks count.
  var order: [Int] { indices.sorted { (self[$0], $1) > (self[$1], $0) } }
}
