/// The weights of one method that are tried on held-out images, in rising order. Where the best one lies on the edge, one
/// beyond it is tried, too.
struct TrialGrid: Hashable, Sendable {
  private(set) var weights: [Double]
  /// Weights that make sense.
  private let domain: ClosedRange<Double>

  private static let factor = 4.0
  private static let mostWeights = 8

  /// The weights of a method's own loss.
  init(_ use: MethodUse) {
    weights = use.trialWeights
    domain = use.weightKind == .share ? 0...1 : 0...Double.greatestFiniteMagnitude
  }

  /// The weights of the Lipschitz term around the usual one. Without the term is one of them.
  init(lipschitzAround usual: Double, isShare: Bool) {
    weights = [0, usual / Self.factor, usual, usual * Self.factor]
    domain = 0...(isShare ? 1.0.nextDown : Double.greatestFiniteMagnitude)
  }

  /// Adds the weight beyond the edge on which `best` lies. False where it lies on none, the weights that make sense end
  /// there, or enough were tried.
  mutating func widen(beyond best: Double) -> Bool {
    guard isEdge(best), weights.count < Self.mostWeights else { return false }
    if best == weights.first {
      weights.insert(best / Self.factor, at: 0)
    } else {
      weights.append(best * Self.factor)
    }
    return true
  }

  /// Whether weights beyond `best` make sense and were not tried.
  func isEdge(_ best: Double) -> Bool {
    best == weights.first && best > domain.lowerBound
      || best == weights.last && domain.contains(best * Self.factor)
  }
}
