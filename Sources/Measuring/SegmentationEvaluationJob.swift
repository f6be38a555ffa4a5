import Datasets
import Evaluation
public import Foundation
import Images
import JSON
import Results

/// The evaluation of predicted masks by the rule of the VOC devkit, whatever made them.
public struct SegmentationEvaluationJob {
  private let matrix: ConfusionMatrix
  private let place: String
  private let imageCount: Int
  private let checkpoint: Checkpoint?

  /// What is known where the masks are a checkpoint's.
  struct Checkpoint {
    /// SHA-256 of the file.
    let sha256: String
    /// Short side in pixels to which photos and masks were scaled once more.
    let shortSide: Int
    /// The pixels at that size.
    let scaled: ConfusionMatrix
  }

  private static let names = SegmentationDataset.classes

  /// Reads the masks of a set and the predictions `ID.png`. Throws for one that is missing, damaged, of another size, of
  /// colours, or with a value that is no class.
  public init(predictions: URL, root: URL, year: Int, set: String) throws {
    let devkit = try VOCDevkit(root: root, year: year)
    let images = try devkit.images(in: set.contains("/") ? set : "Segmentation/\(set)")
    let names = try FileListing.names(in: predictions)
    let known = Set(names)
    if let absent = images.first(where: { !known.contains("\($0).png") }) {
      throw DatasetError(
        "\(predictions.path) has no \(absent).png; \(FileListing.text(names))")
    }
    var matrix = ConfusionMatrix(classCount: Self.names.count)
    for image in images {
      let truth = try ImageFile.mask(devkit.mask(of: image))
      let file = predictions.appendingPathComponent("\(image).png")
      let prediction = try ImageFile.mask(file)
      guard (prediction.width, prediction.height) == (truth.width, truth.height) else {
        throw DatasetError(
          "\(file.path) has \(prediction.width) x \(prediction.height) pixels, the true mask has "
            + "\(truth.width) x \(truth.height)")
      }
      do throws(EvaluationError) {
        try matrix.add(truth: truth.bytes, prediction: prediction.bytes)
      } catch {
        throw DatasetError("\(file.path): \(error)")
      }
    }
    self.matrix = matrix
    place = "\(devkit.directory.path), \(set)"
    imageCount = images.count
    checkpoint = nil
  }

  /// Takes pixels that were counted elsewhere.
  init(_ matrix: ConfusionMatrix, place: String, imageCount: Int, checkpoint: Checkpoint) {
    self.matrix = matrix
    self.place = place
    self.imageCount = imageCount
    self.checkpoint = checkpoint
  }

  /// The result as text, in %, or as JSON with fractions in full precision.
  public func text(json: Bool) -> String {
    guard !json else { return jsonText }
    let percent = { (value: Double?) in value.map { String(format: "%.2f", 100 * $0) } ?? "no IoU" }
    var table = TextTable(["class", "pixels", "IoU, %"])
    for (label, name) in Self.names.enumerated() {
      table.add([name, String(matrix.truthCount(label)), percent(matrix.overlap(of: label))])
    }
    let absent = Self.names.indices.count { matrix.overlap(of: $0) == nil }
    let present =
      absent == 0
      ? ""
      : ", over the \(Self.names.count - absent) classes that occur \(percent(matrix.meanOverlapOfPresent)) %"
    guard matrix.pixelCount > 0 else {
      return table.text
        + "no pixel to score: the truth is void in all of the \(imageCount) images of \(place)"
    }
    return table.text
      + "mIoU over \(Self.names.count) classes \(percent(matrix.meanOverlap)) %\(present), pixel accuracy "
      + "\(percent(matrix.pixelAccuracy)) %, \(imageCount) images of \(place)"
      + (checkpoint.map {
        " at their own size\nmIoU with photos and masks scaled to a short side of \($0.shortSide) pixels "
          + "\(percent($0.scaled.meanOverlap)) %"
      } ?? "")
  }

  private var jsonText: String {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    let classes = Self.names.enumerated().map { ($1, number(matrix.overlap(of: $0))) }
    var metrics: [String: JSONValue] = [
      "miou": number(matrix.meanOverlap), "miou_present": number(matrix.meanOverlapOfPresent),
      "iou": .object(Dictionary(uniqueKeysWithValues: classes)),
      "pixel_accuracy": number(matrix.pixelAccuracy),
    ]
    var members: [String: JSONValue] = ["task": "segmentation", "count": .integer(imageCount)]
    if let checkpoint {
      metrics["miou_scaled"] = number(checkpoint.scaled.meanOverlap)
      members["short_side"] = .integer(checkpoint.shortSide)
      members["checkpoint"] = .string(checkpoint.sha256)
    }
    members["metrics"] = .object(metrics)
    return JSONValue.object(members).canonical
  }
}
