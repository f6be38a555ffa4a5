import Datasets
import DeviceCheck
import Distillation
import Evaluation
import Foundation
import Images
import NeuralNet
import TensorCore
import TestSupport
import Testing

/// Real validation masks against shifted ones, and the metrics of a small case.
enum SegmentationCheck {
  static func masks(_ node: ReferenceNode, _ comparison: Comparison) throws {
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

  /// A small matrix, errors of small logits and the cross-entropy of small maps.
  static func metrics(_ node: ReferenceNode, _ comparison: Comparison) throws {
    for item in try node.at("cases").list() {
      let (inputs, expected) = (try item.at("inputs"), try item.at("expected"))
      if inputs.optional("prediction") != nil {
        try matrix(item, inputs, expected, comparison)
      } else if inputs.optional("label") != nil {
        try entropy(inputs, expected, comparison)
      } else {
        try choices(inputs, expected, comparison)
      }
    }
  }

  private static func matrix(
    _ item: ReferenceNode, _ inputs: ReferenceNode, _ expected: ReferenceNode,
    _ comparison: Comparison
  ) throws {
    func bytes(_ key: String) throws -> [UInt8] {
      try inputs.at(key).at("data").integers().map(UInt8.init)
    }
    var matrix = ConfusionMatrix(classCount: try item.at("settings").at("classes").integer())
    try matrix.add(truth: bytes("label"), prediction: bytes("prediction"))
    let rows = try expected.at("confusion_rows_label_columns_prediction").list()
    comparison.equal(matrix.counts, try rows.flatMap { try $0.integers() }, "confusion")
    for (key, value) in [
      ("pixel_accuracy", matrix.pixelAccuracy), ("miou", matrix.meanOverlapOfPresent),
    ] {
      comparison.near(value ?? .nan, try expected.at(key).number(), 1e-8, key)
    }
  }

  private static func choices(
    _ inputs: ReferenceNode, _ expected: ReferenceNode, _ comparison: Comparison
  ) throws {
    let logits = try inputs.at("logits").tensor()
    var accumulator = try TopKAccumulator(k: [1, 5], classCount: logits.shape[1])
    try accumulator.add(
      logits: logits.values(as: Float.self),
      labels: inputs.at("labels").at("data").integers().map(Int64.init))
    for (k, key) in [(1, "top1_error_percent"), (5, "top5_error_percent")] {
      // The file's numbers went through float32.
      comparison.near(
        accumulator.errorPercent(k: k), try expected.at(key).number(), 1e-7, key)
    }
  }

  private static func entropy(
    _ inputs: ReferenceNode, _ expected: ReferenceNode, _ comparison: Comparison
  ) throws {
    let logits = try inputs.at("logits").tensor()
    try logits.setRequiresGradient(true)
    let batch = LabelledBatch(images: logits, labels: try inputs.at("label").tensor())
    let loss = try SegmentationLoss(dividesByBatch: true)
      .terms(Features(taps: [], logits: logits), batch).total()
    comparison.near(try loss.scalar(), try expected.at("loss").number(), 1e-8, "loss")
    guard let gradient = try logits.gradient(after: loss) else {
      throw inputs.malformed("logits with a gradient")
    }
    try comparison.tensor(gradient, expected.at("gradients").at("logits"), 1e-7, "gradient")
  }
}

extension Tensor {
  fileprivate func gradient(after loss: Tensor) throws -> Tensor? {
    try loss.backward()
    return try gradient()
  }
}
