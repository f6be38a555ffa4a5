/// A range that covers the true value with a stated probability over repetitions of the experiment.
public struct Interval: Hashable, Sendable {
  /// Lower end.
  public let lower: Double
  /// Upper end.
  public let upper: Double

  /// Makes an interval.
  public init(_ lower: Double, _ upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// Whether a value lies inside.
  public func contains(_ value: Double) -> Bool { (lower...upper).contains(value) }
}
