import DurableFiles
import Datasets
package import Evaluation
package import Foundation
import UserErrors

/// Result files of the devkit with the objects of the images that they are about.
package struct ResultFiles {
  /// What is asked for.
  package struct Request {
    /// Directory with a file per class.
    var detections: URL
    /// The devkit or what it lies in.
    var root: URL
    /// Year of the devkit.
    var year: Int
    /// Image set.
    var set: String
    /// Whether a class may have no detections.
    var allowsMissing: Bool
    /// Whether an inverted box is an error.
    var isStrict: Bool

    /// Asks for files.
    package init(
      detections: URL, root: URL, year: Int, set: String, allowsMissing: Bool = false,
      isStrict: Bool = false
    ) {
      self.detections = detections
      self.root = root
      self.year = year
      self.set = set
      self.allowsMissing = allowsMissing
      self.isStrict = isStrict
    }
  }

  /// The year's directory.
  package let directory: URL
  package let imageCount: Int
  /// Classes without a file, or with an empty one.
  package let missing: [String]
  /// Detections whose right side lies left of the left one, or whose bottom lies above the top.
  let invertedBoxes: Int
  private let truth: [[[PrecisionRecall.Truth]]]
  private let found: [[PrecisionRecall.Detection]]

  /// Reads all of them; see `DetectionEvaluationJob`.
  package init(_ request: Request) throws {
    let devkit = try VOCDevkit(root: request.root, year: request.year)
    let images = try devkit.images(in: request.set)
    let numbers = Dictionary(uniqueKeysWithValues: images.enumerated().map { ($1, $0) })
    let files = try ClassFiles(request)
    let read = concurrentMap(count: VOCDevkit.classes.count, chunk: 1) { label in
      Result { try Self.detections(files[VOCDevkit.classes[label]], numbers, request.isStrict) }
    }
    var inverted = 0
    found = try read.map { result in
      let own = try result.get()
      inverted += own.inverted
      return own.detections
    }
    invertedBoxes = inverted
    missing = zip(VOCDevkit.classes, found).filter { $1.isEmpty }.map { $0.0 }
    if let first = missing.first, !request.allowsMissing {
      throw UsageError(
        "\(files.absence(of: first)); --allow-missing counts that as no detection")
    }
    truth = try Self.truth(devkit, images)
    directory = devkit.directory
    imageCount = images.count
  }

  /// Matches them by both rules.
  package func scores() throws(EvaluationError) -> DetectionScores {
    let scores = concurrentMap(count: VOCDevkit.classes.count, chunk: 1) { label in
      Result { () throws(EvaluationError) in
        try DetectionScores.ClassScore(
          name: VOCDevkit.classes[label], truth: truth[label], detections: found[label])
      }
    }
    var classes: [DetectionScores.ClassScore] = []
    for score in scores { classes.append(try score.get()) }
    return DetectionScores(classes: classes)
  }

  /// The mean average precision by the devkit's rule alone.
  package func mean(_ rule: AveragePrecisionRule) throws(EvaluationError) -> Double? {
    var averages: [Double] = []
    for (truth, detections) in zip(truth, found) {
      let curve = try PrecisionRecall(truth: truth, detections: detections)
      if let average = curve.average(rule) { averages.append(average) }
    }
    return averages.isEmpty ? nil : averages.reduce(0, +) / Double(averages.count)
  }

  private static func truth(_ devkit: VOCDevkit, _ images: [String]) throws
    -> [[[PrecisionRecall.Truth]]]
  {
    let none = [[PrecisionRecall.Truth]](repeating: [], count: images.count)
    var truth = VOCDevkit.classes.map { _ in none }
    let labels = Dictionary(uniqueKeysWithValues: VOCDevkit.classes.enumerated().map { ($1, $0) })
    for (number, annotation) in try devkit.annotations(of: images).enumerated() {
      for object in annotation.objects {
        guard let label = labels[object.name] else { continue }
        truth[label][number].append(
          .init(box: try Box(object.box), isDifficult: object.isDifficult))
      }
    }
    return truth
  }

  private static func detections(_ url: URL?, _ numbers: [String: Int], _ isStrict: Bool) throws
    -> (detections: [PrecisionRecall.Detection], inverted: Int)
  {
    guard let url else { return ([], 0) }
    var inverted = 0
    let detections = try DetectionFile(contentsOf: url).entries.map {
      entry -> PrecisionRecall.Detection in
      let spot = "\(url.path), line \(entry.line)"
      guard let image = numbers[entry.image] else {
        throw DatasetError("\(spot): image \(entry.image) is not in the set")
      }
      let box = try Box(
        xMin: entry.left, yMin: entry.top, xMax: entry.right, yMax: entry.bottom)
      if entry.isInverted {
        guard !isStrict else {
          throw DatasetError(
            "\(spot): the box \(entry.left) \(entry.top) \(entry.right) \(entry.bottom) is inverted; "
              + "without --strict it counts as a false detection")
        }
        inverted += 1
      }
      return try .init(image: image, score: entry.score, box: box)
    }
    return (detections, inverted)
  }
}

/// The files of the classes in a directory, whichever program named them.
private struct ClassFiles {
  private let directory: URL
  private let set: String
  private var files: [String: String] = [:]
  private let names: [String]

  /// Finds them. Throws for a directory that cannot be read or has no file of a class, for one that has files of two
  /// programs or runs, and for a file that is named after a class that does not exist.
  init(_ request: ResultFiles.Request) throws {
    directory = request.detections
    set = request.set
    names = try FileListing.names(in: directory)
    var prefixes: [String: String] = [:]
    for name in names {
      for label in VOCDevkit.classes {
        guard let prefix = DetectionFile.prefix(of: name, set: set, class: label) else { continue }
        files[label] = name
        prefixes[prefix] = name
      }
    }
    if prefixes.count > 1 {
      throw UsageError(
        "\(directory.path) holds results of more than one program or run: "
          + prefixes.values.sorted().joined(separator: ", ") + "; keep those of one")
    }
    guard let prefix = prefixes.keys.first else {
      throw UsageError(
        "\(directory.path) holds no result file such as "
          + "\(DetectionFile.name(set: set, class: "dog")); \(FileListing.text(names))")
    }
    let known = Set(files.values)
    let start = DetectionFile.fileName(prefix: prefix, set: set, class: "").dropLast(".txt".count)
    if let foreign = names.first(where: { $0.hasPrefix(start) && !known.contains($0) }) {
      throw UsageError(
        "\(directory.path)/\(foreign) names no class of the devkit; there are "
          + VOCDevkit.classes.joined(separator: ", "))
    }
  }

  /// The file of a class; nil where there is none.
  subscript(name: String) -> URL? {
    files[name].map { directory.appendingPathComponent($0) }
  }

  /// Says that a class has no detections.
  func absence(of name: String) -> String {
    self[name].map { "\($0.path) is empty" }
      ?? "\(directory.path) has no \(DetectionFile.name(set: set, class: name)); \(FileListing.text(names))"
  }
}

/// What a directory of results holds.
enum FileListing {
  private static let shown = 5

  /// The names in a directory, sorted. Throws for one that cannot be read.
  static func names(in directory: URL) throws(DatasetError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    } catch {
      throw DatasetError(
        "cannot read the directory \(directory.path): \(error.reason)")
    }
  }

  /// A few of them for a sentence.
  static func text(_ names: [String]) -> String {
    guard !names.isEmpty else { return "it is empty" }
    let more = names.count > shown ? " and \(names.count - shown) more" : ""
    return "it holds " + names.prefix(shown).joined(separator: ", ") + more
  }
}
