import Distillation
import Evaluation
import NeuralNet
import TensorCore

/// A small matrix, errors of small logits and the cross-entropy of small maps.
extension GoldenCase {
  func segmentation() throws {
    if optional("prediction") != nil {
      try matrix()
    } else if optional("label") != nil {
      try entropy()
    } else {
      try choices()
    }
  }

  private func matrix() throws {
    func bytes(_ key: String) throws -> [UInt8] {
      try inputs.at(key).at("data").integers().map(UInt8.init)
    }
    var matrix = ConfusionMatrix(classCount: try settings.at("classes").integer())
    try matrix.add(truth: bytes("label"), prediction: bytes("prediction"))
    let rows = try expected.at("confusion_rows_label_columns_prediction").list()
    comparison.equal(matrix.counts, try rows.flatMap { try $0.integers() }, "confusion")
    try number(matrix.pixelAccuracy ?? .nan, "pixel_accuracy", float64: 1e-8)
    try number(matrix.meanOverlapOfPresent ?? .nan, "miou", float64: 1e-8)
  }

  private func choices() throws {
    let logits = try self("logits")
    var accumulator = try TopKAccumulator(k: [1, 5], classCount: logits.shape[1])
    try accumulator.add(
      logits: logits.values(as: Float.self), labels: self("labels").values(as: Int64.self))
    // The file's numbers went through float32.
    try number(accumulator.errorPercent(k: 1), "top1_error_percent")
    try number(accumulator.errorPercent(k: 5), "top5_error_percent")
  }

  private func entropy() throws {
    let logits = try self("logits")
    let batch = LabelledBatch(images: logits, labels: try self("label"))
    let value = try SegmentationLoss(dividesByBatch: true)
      .terms(Features(taps: [], logits: logits), batch).total()
    try number(value.scalar(), "loss", float64: 1e-8)
    try loss(value)
  }
}
