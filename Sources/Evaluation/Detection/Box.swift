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

  /// Makes a box of left, top, right and bottom.
  public init(_ sides: [Double]) throws(EvaluationError) {
    try self.init(xMin: sides[0], yMin: sides[1], xMax: sides[2], yMax: sides[3])
  }

  /// Pixels, both ends counted.
  var area: Double { (xMax - xMin + 1) * (yMax - yMin + 1) }

  /// Intersection over union by the devkit's rule: a width is xMax - xMin + 1.
  public func overlap(with other: Box) -> Double {
    let common = intersection(with: other)
    return common / (area + other.area - common)
  }

  /// The share of this box that lies in `other`.
  func share(inside other: Box) -> Double { intersection(with: other) / area }

  private func intersection(with other: Box) -> Double {
    let width = min(xMax, other.xMax) - max(xMin, other.xMin) + 1
    let height = min(yMax, other.yMax) - max(yMin, other.yMin) + 1
    return width > 0 && height > 0 ? width * height : 0
  }
}
