import Randomness

/// A rotated figure with a number of lobes, filled or hollow.
///
/// Only additions, multiplications, divisions and square roots are used: the values are the same on every machine.
struct SyntheticFigure {
  let lobes: Int
  let isHollow: Bool
  /// Unit vector.
  let angle: (x: Double, y: Double)
  /// Pixels from the centre to the tip of a lobe.
  let radius: Double
  /// Share of the radius by which the figure is cut in between lobes, halved.
  let depth: Double

  /// The share of the pixel at (`x`, `y`) from the centre that the figure covers.
  func coverage(_ x: Double, _ y: Double) -> Double {
    let distance = (x * x + y * y).squareRoot()
    guard distance > 0 else { return isHollow ? 0 : 1 }
    // The cosine of `lobes` times the angle is the real part of a power of the unit vector.
    let place = turned(x, y)
    let unit = (x: place.x / distance, y: place.y / distance)
    var power = (x: 1.0, y: 0.0)
    for _ in 0..<lobes {
      power = (power.x * unit.x - power.y * unit.y, power.x * unit.y + power.y * unit.x)
    }
    let edge = radius * (1 - depth + depth * power.x)
    let inside = edge - distance
    return Self.clamped(isHollow ? 2 - abs(inside) : inside + 0.5)
  }

  /// A place from the centre in the figure's own directions.
  func turned(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
    (x * angle.x + y * angle.y, y * angle.x - x * angle.y)
  }

  static func clamped(_ value: Double) -> Double { min(max(value, 0), 1) }
}

extension RandomStream {
  mutating func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * uniform() }

  /// True in half of the cases.
  mutating func flips() -> Bool { integer(below: 2) == 1 }

  /// A unit vector of uniformly random direction, by rejection from the square.
  mutating func direction() -> (x: Double, y: Double) {
    while true {
      let (x, y) = (between(-1, 1), between(-1, 1))
      let square = x * x + y * y
      if square > 0.01 && square <= 1 {
        return (x / square.squareRoot(), y / square.squareRoot())
      }
    }
  }
}
