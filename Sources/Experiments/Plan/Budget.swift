public import ModelZoo

/// How much of the paper's recipe is run.
public enum Budget: String, Hashable, Sendable, CaseIterable {
  /// The paper's epochs, data and networks.
  case full
  /// Real data with fewer epochs, a part of the training images and narrower networks.
  case reduced
  /// Synthetic data and the smallest networks: shows that everything works, says nothing about methods.
  case smoke

  /// Whether its runs can decide a claim: all real images, and a schedule to its end.
  public var canDecide: Bool { self == .full }

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
