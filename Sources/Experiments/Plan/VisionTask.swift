import Distillation
import Results

/// What networks are trained for.
public enum VisionTask: String, Hashable, Sendable {
  /// CIFAR-100: tables 1, 2 and 6.
  case classification
  /// VOC objects: table 4.
  case detection
  /// VOC pixels: table 5.
  case segmentation

  /// What happens to training images, as records name it.
  var pipeline: String {
    switch self {
    case .classification: "cifar100-reflect-pad4-flip-crop"
    case .detection: "ssd-distort-expand-crop-mirror-300"
    case .segmentation: "ofd-mirror-scale-crop-blur"
    }
  }

  /// What its tables measure.
  var metrics: TableMetrics {
    switch self {
    case .classification: .classification
    case .detection: .detection
    case .segmentation: .segmentation
    }
  }

  /// What its networks are trained for without a teacher.
  func loss(countsAsReleased: Bool) -> any TaskLoss {
    switch self {
    case .classification: ClassificationLoss()
    case .detection: MultiBoxLoss()
    case .segmentation: SegmentationLoss(dividesByBatch: countsAsReleased)
    }
  }

  /// The table that its cells belong to.
  var table: String {
    switch self {
    case .classification: "table2"
    case .detection: "table4"
    case .segmentation: "table5"
    }
  }

  /// The table of the trials of its weights.
  var trialsTable: String { self == .classification ? "tune" : "tune-\(table)" }

  /// Name of the data in sentences.
  var dataName: String { self == .classification ? "CIFAR-100" : "VOC" }

  /// Learning rate of the paper's recipe, where a recipe from random numbers has another one.
  var pretrainedRate: Double? {
    switch self {
    case .classification: nil
    case .detection: Recipe.detectorRate
    case .segmentation: Recipe.segmentationRate
    }
  }
}
