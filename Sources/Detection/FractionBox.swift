/// A box in fractions of the image: 0 is the left or upper border, 1 the right or lower one.
public struct FractionBox: Hashable, Sendable {
  /// Left.
  public var xMin: Double
  /// Top.
  public var yMin: Double
  /// Right.
  public var xMax: Double
  /// Bottom.
  public var yMax: Double

  /// Makes a box of its corners.
  public init(xMin: Double, yMin: Double, xMax: Double, yMax: Double) {
    self.xMin = xMin
    self.yMin = yMin
    self.xMax = xMax
    self.yMax = yMax
  }

  /// Makes a box of its centre and sizes.
  public init(centreX: Double, centreY: Double, width: Double, height: Double) {
    xMin = centreX - width / 2
    yMin = centreY - height / 2
    xMax = centreX + width / 2
    yMax = centreY + height / 2
  }

  /// xMax - xMin
  public var width: Double { xMax - xMin }
  /// yMax - yMin
  public var height: Double { yMax - yMin }
  /// Width * height; here borders have no width, unlike in the devkit's pixels.
  public var area: Double { width * height }
  /// The middle.
  public var centre: (x: Double, y: Double) { ((xMin + xMax) / 2, (yMin + yMax) / 2) }

  /// Intersection over union; 0 for boxes that do not meet.
  public func overlap(with other: FractionBox) -> Double {
    let width = min(xMax, other.xMax) - max(xMin, other.xMin)
    let height = min(yMax, other.yMax) - max(yMin, other.yMin)
    guard width > 0, height > 0 else { return 0 }
    let intersection = width * height
    return intersection / (area + other.area - intersection)
  }

  /// The box's part inside the image.
  public var clipped: FractionBox {
    func inside(_ value: Double) -> Double { min(max(value, 0), 1) }
    return FractionBox(
      xMin: inside(xMin), yMin: inside(yMin), xMax: inside(xMax), yMax: inside(yMax))
  }
}
