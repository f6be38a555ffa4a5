public import ModelZoo

/// How images are prepared for a network that is measured; the raw value is its name in a checkpoint's header.
public enum EvaluationPipeline: String, Hashable, Sendable, CaseIterable {
  /// Images of CIFAR-100, normalised as the OFD code does.
  case cifar100 = "cifar100-normalise"
  /// The square in the middle of photos whose short side is scaled to 8/7 of it, normalised by ImageNet's mean and
  /// deviation.
  case imageNet = "imagenet-resize-crop-normalise"
  /// Photos scaled to 300 x 300 pixels, normalised by ImageNet's mean and deviation.
  case ssd300 = "ssd-300-normalise"
  /// Photos as large as they are and scaled to a short side, normalised as the OFD segmentation code does.
  case deepLab = "voc-segmentation-normalise"

  /// What networks say about such images.
  private var output: Architecture.Output {
    switch self {
    case .cifar100, .imageNet: .classes
    case .ssd300: .boxes
    case .deepLab: .pixels
    }
  }

  /// What a network expects whose file names no pipeline, as files from elsewhere do.
  public init(usualOf architecture: Architecture) {
    self =
      switch architecture.output {
      case .classes: architecture.readsPhotos ? .imageNet : .cifar100
      case .boxes: .ssd300
      case .pixels: .deepLab
      }
  }

  /// Whether a network can read such images.
  func fits(_ architecture: Architecture) -> Bool { output == architecture.output }
}
