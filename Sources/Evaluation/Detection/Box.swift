/// A box of the VOC devkit: 1-based pixel coordinates, both ends inclusive; fractions occur. Detections may be inverted:
/// such a box overlaps with nothing.
public struct Box: Hashable, Sendable {
  /// Left.
  public let xMin: Double
  /// Top.
  public let yMin: Double
  /// Right.
  public let xMax: Double
  /// Bottom.
  public let yMax: Double

  /// Makes a box. Throws for coordinates that are not finite.
  public init(xMin: Double, yMin: Double, xMax: Double, yMax: Double) throws(EvaluationError) {
    guard [xMin, yMin, xMax, yMax].allSatisfy(\.isFinite) else {
      throw EvaluationError("a box has a coordinate that is not a finite number")
    }
    self.xMin = xMin
    self.yMin = yMin
    self.xMax = xMax
    self.yMax = yMax
  }

  /// Makes a box of left, top, right and bottom.
  public init(_ sides: [Double]) throws(EvaluationError) {
    try self.init(xMin: sides[0], yMin: sides[1], xMax: sides[2], yMax: sides[3])
  }

  /// Pixels, both ends counted.
  var area: Double { (xMax - xMin + 1) * (yMax - yMin + 1) }

  /// Intersection over union by the devkit's rule: a width is xMax - xMin + 1.
  public func overlap(with other: Box) -> Double {
    let common = intersection(with: other)
    // The areas of inverted boxes may add up to nothing.
    return common > 0 ? common / (area + other.area - common) : 0
  }

  /// The share of this box that lies in `other`.
  func share(inside other: Box) -> Double {
    let common = intersection(with: other)
    return common > 0 ? common / area : 0
  }

  private func intersection(with other: Box) -> Double {
    let width = min(xMax, other.xMax) - max(xMin, other.xMin) + 1
    let height = min(yMax, other.yMax) - max(yMin, other.yMin) + 1
    return width > 0 && height > 0 ? width * height : 0
  }
}
