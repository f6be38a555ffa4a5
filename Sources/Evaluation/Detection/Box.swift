/// A box of the VOC devkit: 1-based pixel coordinates, both ends inclusive; fractions occur.
public struct Box: Hashable, Sendable {
  /// Left.
  public let xMin: Double
  /// Top.
  public let yMin: Double
  /// Right, at least `xMin`.
  public let xMax: Double
  /// Bottom, at least `yMin`.
  public let yMax: Double

  /// Makes a box. Throws for coordinates that are not finite, or in the wrong order.
  public init(xMin: Double, yMin: Double, xMax: Double, yMax: Double) throws(EvaluationError) {
    guard [xMin, yMin, xMax, yMax].allSatisfy(\.isFinite) else {
      throw EvaluationError("a box has a coordinate that is not a finite number")
    }
    guard xMin <= xMax, yMin <= yMax else {
      throw EvaluationError(
        "the box \(xMin) \(yMin) \(xMax) \(yMax) is inverted: left and top come first")
    }
    self.xMin = xMin
    self.yMin = yMin
    self.xMax = xMax
    self.yMax = yMax
  }

  /// Pixels, both ends counted.
  var area: Double { (xMax - xMin + 1) * (yMax - yMin + 1) }

  /// Intersection over union by the devkit's rule: a width is xMax - xMin + 1.
  public func overlap(with other: Box) -> Double {
    let width = min(xMax, other.xMax) - max(xMin, other.xMin) + 1
    let height = min(yMax, other.yMax) - max(yMin, other.yMin) + 1
    guard width > 0, height > 0 else { return 0 }
    let intersection = width * height
    return intersection / (area + other.area - intersection)
  }
}
