import Datasets
import Evaluation
import GoldenVectors
import Images
import TestSupport
import Testing

/// Real validation masks against shifted ones.
enum MaskCheck {
  static func run(_ node: ReferenceNode, _ comparison: Comparison) throws {
    let data = try #require(Photos.devkit)
    let devkit = try VOCDevkit(root: data, year: 2012)
    let images = try devkit.images(in: "Segmentation/val")
    comparison.equal(images.count, try node.at("images").integer(), "images")
    let rows = try node.at("prediction").at("roll_rows").integer()
    let columns = try node.at("prediction").at("roll_columns").integer()
    let instead = UInt8(try node.at("prediction").at("void_becomes").integer())
    var matrix = ConfusionMatrix(classCount: try node.at("iou").list().count)
    for image in images {
      let truth = try ImageFile.mask(devkit.mask(of: image))
      var prediction = truth
      for y in 0..<truth.height {
        for x in 0..<truth.width {
          let value = truth[x, y, 0]
          prediction[(x + columns) % truth.width, (y + rows) % truth.height, 0] =
            value == ConfusionMatrix.void ? instead : value
        }
      }
      try matrix.add(truth: truth.bytes, prediction: prediction.bytes)
    }
    comparison.equal(matrix.pixelCount, try node.at("pixels").integer(), "pixels")
    let counts = try node.at("confusion").list().flatMap { try $0.integers() }
    comparison.equal(matrix.counts, counts, "confusion")
    for (label, overlap) in try node.at("iou").numbers().enumerated() {
      comparison.near(matrix.overlap(of: label) ?? .nan, overlap, 1e-12, "IoU of \(label)")
    }
    comparison.near(matrix.meanOverlap ?? .nan, try node.at("miou").number(), 1e-12, "mIoU")
    comparison.near(
      matrix.pixelAccuracy ?? .nan, try node.at("pixel_accuracy").number(), 1e-12, "accuracy")
  }
}
