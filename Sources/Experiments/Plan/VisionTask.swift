import Results

/// What networks are trained for.
public enum VisionTask: String, Hashable, Sendable {
  /// CIFAR-100: tables 1, 2 and 6.
  case classification
  /// VOC objects: table 4.
  case detection

  /// What happens to training images, as records name it.
  var pipeline: String {
    switch self {
    case .classification: "cifar100-reflect-pad4-flip-crop"
    case .detection: "ssd-distort-expand-crop-mirror-300"
    }
  }

  /// What its tables measure.
  var metrics: TableMetrics { self == .classification ? .classification : .detection }

  /// Name of the data in sentences.
  var dataName: String {
    switch self {
    case .classification: "CIFAR-100"
    case .detection: "VOC"
    }
  }
}
