import Foundation

/// The standard normal distribution.
public enum Normal {
  /// P(Z <= z).
  public static func distribution(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

  /// The value that a share of `probability` lies below; infinite at 0 and 1. By bisection, to the last digits.
  public static func quantile(_ probability: Double) -> Double {
    guard probability > 0 else { return -.infinity }
    guard probability < 1 else { return .infinity }
    var (low, high) = (-40.0, 40.0)
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if distribution(middle) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
