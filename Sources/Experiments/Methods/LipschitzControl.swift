import Lipschitz

/// A way to keep the Lipschitz term and to destroy its meaning. The raw value names it in commands and records.
public enum LipschitzControl: String, Hashable, Sendable, CaseIterable {
  /// An image's value is held against the teacher's value of another image of the batch.
  case shuffled

  /// Changes the term.
  func apply(to loss: inout LipschitzLoss) {
    switch self {
    case .shuffled: loss.target = .shuffled
    }
  }

  /// What it does, for readers.
  var sentence: String {
    switch self {
    case .shuffled:
      "a control: the teacher's singular values are permuted over the images of the batch"
    }
  }
}
