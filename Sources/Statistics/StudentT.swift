import Foundation

/// Student's t distribution.
public enum StudentT {
  /// The value that a share of `probability` in (0, 1) lies below, by bisection on the distribution function.
  public static func quantile(_ probability: Double, freedom: Int) -> Double {
    guard probability >= 0.5 else { return -quantile(1 - probability, freedom: freedom) }
    var (low, high) = (0.0, 1.0)
    while distribution(high, freedom: freedom) < probability && high < 1e12 { high *= 2 }
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if distribution(middle, freedom: freedom) < probability {
        low = middle
      } else {
        high = middle
      }
    }
    return (low + high) / 2
  }

  /// P(T <= t): for t >= 0 it is 1 - I_x(n/2, 1/2) / 2 with x = n / (n + t²).
  public static func distribution(_ t: Double, freedom: Int) -> Double {
    let n = Double(freedom)
    let tail = incompleteBeta(n / (n + t * t), n / 2, 0.5) / 2
    return t < 0 ? tail : 1 - tail
  }

  /// P(|T| >= |t|), without the loss of digits of a difference from 1.
  public static func twoSidedTail(_ t: Double, freedom: Int) -> Double {
    let n = Double(freedom)
    return incompleteBeta(n / (n + t * t), n / 2, 0.5)
  }

  /// The regularised incomplete beta function by its continued fraction.
  private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let scale: Double = lgamma(a + b) - lgamma(a) - lgamma(b)
    let front: Double = exp(scale + a * log(x) + b * log(1 - x))
    return front / (a * fraction(x, a, b))
  }

  /// The continued fraction 1 + d1/(1 + d2/(1 + ...)), evaluated from its tail.
  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    var value = 1.0
    for index in stride(from: 400, through: 1, by: -1) {
      let m = Double(index / 2)
      let middle: Double = a + 2 * m
      let even: Double = m * (b - m) * x / ((middle - 1) * middle)
      let odd: Double = -(a + m) * (a + b + m) * x / (middle * (middle + 1))
      let factor = index % 2 == 0 ? even : odd
      value = 1 + factor / value
    }
    return value
  }
}
