/// One estimate over several settings, each with its own effect (DerSimonian and Laird 1986).
public struct RandomEffects: Hashable, Sendable {
  /// The effect of one setting.
  public struct Effect: Hashable, Sendable {
    /// Its estimate.
    public let estimate: Double
    /// The variance of the estimate, positive.
    public let variance: Double

    /// Makes an effect.
    public init(estimate: Double, variance: Double) {
      self.estimate = estimate
      self.variance = variance
    }
  }

  /// The pooled estimate.
  public let estimate: Double
  /// Its standard error.
  public let standardError: Double
  /// Cochran's Q: how far the settings lie apart.
  public let heterogeneity: Double
  /// Variance of the effects between settings, tau².
  public let varianceBetween: Double
  /// Share of the spread that is not chance, I² in 0 ..< 1.
  public let inconsistency: Double

  /// Pools two effects or more; nil for fewer, or where a variance is not positive.
  public init?(_ effects: [Effect]) {
    guard effects.count > 1, effects.allSatisfy({ $0.variance > 0 && $0.variance.isFinite }) else {
      return nil
    }
    let weights = effects.map { 1 / $0.variance }
    let total = weights.reduce(0, +)
    let fixed = zip(weights, effects).reduce(0) { $0 + $1.0 * $1.1.estimate } / total
    let q = zip(weights, effects).reduce(0) {
      $0 + $1.0 * ($1.1.estimate - fixed) * ($1.1.estimate - fixed)
    }
    let freedom = Double(effects.count - 1)
    let scale = total - weights.reduce(0) { $0 + $1 * $1 } / total
    let between = max(0, (q - freedom) / scale)
    let wider = effects.map { 1 / ($0.variance + between) }
    let sum = wider.reduce(0, +)
    estimate = zip(wider, effects).reduce(0) { $0 + $1.0 * $1.1.estimate } / sum
    standardError = (1 / sum).squareRoot()
    heterogeneity = q
    varianceBetween = between
    inconsistency = q > 0 ? max(0, (q - freedom) / q) : 0
  }

  /// The interval of the pooled estimate by the normal distribution.
  public func interval(confidence: Double = 0.95) -> Interval {
    let half = Normal.quantile((1 + confidence) / 2) * standardError
    return Interval(estimate - half, estimate + half)
  }
}
