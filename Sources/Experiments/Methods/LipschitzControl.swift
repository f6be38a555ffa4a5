import Distillation
import Lipschitz

/// A way to keep the Lipschitz term and to destroy its meaning, or to put something in its place. All are multiplied so that
/// their first gradient is as long as that of the term: alpha alone would mean another strength. The raw value names one in
/// commands and records.
public enum LipschitzControl: String, Hashable, Sendable, CaseIterable {
  /// An image's value is held against the teacher's value of another image of the batch.
  case shuffled
  /// Every image's value is held against the running mean of the teacher's.
  case constant
  /// The connectors, which are thrown away after training, get no gradient of the term.
  case body
  /// Both maps of a student's pair stand behind their connectors, as large as the teacher's.
  case symmetric
  /// A plain penalty on the spectral norms of the student's kernels.
  case penalty

  /// Changes the term.
  func apply(
    to loss: inout LipschitzLoss, pair: inout LipschitzGuidedObjective.StudentPair
  ) {
    switch self {
    case .shuffled: loss.target = .shuffled
    case .constant: loss.target = .constant
    case .symmetric: pair = .symmetric
    case .body, .penalty: break
    }
  }

  /// What stands in the term's place.
  var replacement: LipschitzGuidedObjective.Control? {
    switch self {
    case .shuffled, .constant, .symmetric: nil
    case .body: .body
    case .penalty: .kernels
    }
  }

  /// The numbers that define it, by name.
  var constants: [String: Double] {
    self == .constant
      ? ["running_mean_momentum": RunningMeans.momentum] : replacement?.constants ?? [:]
  }

  /// What it does, for readers.
  var sentence: String {
    let what =
      switch self {
      case .shuffled: "the teacher's singular values are permuted over the images of the batch"
      case .constant:
        "every image is held against the running mean of the teacher's singular values"
      case .body: "the connectors get no gradient of the Lipschitz term"
      case .symmetric: "both maps of a student's pair stand behind their connectors"
      case .penalty:
        "a penalty on the spectral norms of the student's kernels in the Lipschitz term's place"
      }
    return "a control: \(what)"
  }
}
