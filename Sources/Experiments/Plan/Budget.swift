public import ModelZoo
import Training

/// How much of the paper's recipe is run.
public enum Budget: String, Hashable, Sendable, CaseIterable {
  /// The paper's epochs, data and networks.
  case full
  /// Real data with fewer epochs, a part of the training images and narrower networks.
  case reduced
  /// Synthetic data and the smallest networks: shows that everything works, says nothing about methods.
  case smoke

  /// Passes over the training images of CIFAR-100.
  public var epochs: Int { epochs(for: .classification) }

  /// Passes over the training images. SSD's 120,000 steps of 32 of the 16,551 images of VOC07+12 are 232 epochs.
  public func epochs(for task: VisionTask) -> Int {
    switch (self, task) {
    case (.full, .classification): 200
    case (.full, .detection): 232
    case (.full, .segmentation): 50
    case (.reduced, .classification): 4
    case (.reduced, .detection): 12
    case (.reduced, .segmentation): 40
    case (.smoke, .classification): 8
    case (.smoke, .detection): 4
    case (.smoke, .segmentation): 4
    }
  }

  /// Passes of a teacher. On photos it learns longer than its students where all start from random numbers.
  func teacherEpochs(for task: VisionTask) -> Int {
    guard self != .full else { return epochs(for: task) }
    return switch task {
    case .classification: epochs(for: task)
    case .detection: 4 * epochs(for: task)
    case .segmentation: 2 * epochs(for: task)
    }
  }

  /// Short side at scale 1 and side of the crops of a segmentation's training photos.
  public var segmentationSize: Int {
    switch self {
    case .full: SegmentationEvaluator.paperShortSide
    case .reduced: 161
    case .smoke: 65
    }
  }

  /// Share of the training images of every class; photos are chosen by their sets.
  public func trainingFraction(for task: VisionTask) -> Double {
    self == .reduced && task == .classification ? 0.25 : 1
  }

  /// Whether the images are synthetic.
  public var isSynthetic: Bool { self == .smoke }

  /// Seeds that run when none are named.
  public var defaultSeeds: [UInt64] {
    switch self {
    case .full: [0, 1, 2, 3, 4]
    case .reduced: [0, 1]
    case .smoke: [0]
    }
  }

  /// The network that stands for one of the paper.
  public func network(for architecture: Architecture) -> Architecture {
    switch self {
    case .full: architecture
    case .reduced: architecture.reduced
    case .smoke: architecture.smallest
    }
  }

  /// Seconds of wall time between two resume checkpoints inside an epoch.
  var checkpointSeconds: Double { self == .full ? 300 : 60 }
}
