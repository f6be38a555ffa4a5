import Results

/// Sums over the steps of an epoch; kept in the resume checkpoint, so that the epoch's record does not
/// depend on where a training was interrupted.
struct EpochSums: Equatable {
  /// Unweighted value of each term times the images of its batch.
  var losses: [String: Double] = [:]
  /// Weighted value of each term times the images of its batch.
  var contributions: [String: Double] = [:]
  /// Images seen.
  var images = 0
  /// Seconds of training, without evaluation and without what is shared.
  var seconds = 0.0
  /// Seconds of what a cohort did once for all its members meanwhile.
  var sharedSeconds = 0.0
  /// Gradient norm of each weighted term at the epoch's first step.
  var gradientNorms: [String: Double] = [:]
  /// More of the same gradients.
  var gradients: RunRecord.Gradients?

  mutating func add(_ name: String, _ value: Double, coefficient: Double, images count: Int) {
    losses[name, default: 0] += value * Double(count)
    contributions[name, default: 0] += coefficient * value * Double(count)
  }

  /// Mean per image of each term.
  var meanLosses: [String: Double] {
    images == 0 ? [:] : losses.mapValues { $0 / Double(images) }
  }

  /// Share of each weighted term in the total.
  var shares: [String: Double] {
    // In the order of names: that of a dictionary differs from process to process, and with it the last bit of a sum.
    let total = contributions.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value }
    return total == 0 ? [:] : contributions.mapValues { $0 / total }
  }
}
