#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
public import Images
import Randomness

/// The random part of ImageNet's recipe, as torchvision has it: a rectangle of random area and ratio, brought to a square,
/// and a mirror.
public struct RandomResizedCrop: Hashable, Sendable {
  /// Side of the square, pixels.
  public let side: Int
  /// Whether a JPEG may be scaled while it is decoded, where the rectangle has at least twice the pixels that are wanted in
  /// both directions: faster, and not the same pixels.
  public let decodesScaled: Bool

  /// Makes a crop.
  public init(side: Int, decodesScaled: Bool) {
    precondition(side > 0)
    self.side = side
    self.decodesScaled = decodesScaled
  }

  /// What is drawn for one photo.
  public struct Draw: Hashable, Sendable {
    /// First column.
    public let left: Int
    /// First row.
    public let top: Int
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Whether the square is mirrored.
    public var isMirrored = false
  }

  private static let (smallestArea, flattest, steepest) = (0.08, 3.0 / 4, 4.0 / 3)
  private static let tries = 10

  /// Draws a rectangle in a photo; `uniform` gives numbers in [0, 1): area and ratio of every try, then top and left.
  public static func rectangle(width: Int, height: Int, _ uniform: () -> Double) -> Draw {
    func whole(_ value: Double) -> Int { Int(value.rounded(.toNearestOrEven)) }
    for _ in 0..<tries {
      let area = Double(width * height) * (smallestArea + (1 - smallestArea) * uniform())
      let ratio = exp(log(flattest) + (log(steepest) - log(flattest)) * uniform())
      let (columns, rows) = (whole((area * ratio).squareRoot()), whole((area / ratio).squareRoot()))
      guard (1...width).contains(columns), (1...height).contains(rows) else { continue }
      func place(_ room: Int) -> Int { min(Int(uniform() * Double(room + 1)), room) }
      let top = place(height - rows)
      return Draw(left: place(width - columns), top: top, width: columns, height: rows)
    }
    let ratio = Double(width) / Double(height)
    let columns = ratio > steepest ? max(1, whole(Double(height) * steepest)) : width
    let rows = ratio < flattest ? max(1, whole(Double(width) / flattest)) : height
    return Draw(
      left: (width - columns) / 2, top: (height - rows) / 2, width: columns, height: rows)
  }

  /// Draws a rectangle and the mirror, in that order.
  func draw(width: Int, height: Int, from stream: inout RandomStream) -> Draw {
    var draw = Self.rectangle(width: width, height: height) { stream.uniform() }
    draw.isMirrored = stream.flips()
    return draw
  }

  /// The square before its mirror. The rectangle is cut out first, so that no pixel around it takes part.
  public func applied(_ draw: Draw, to photo: EncodedPhoto) throws(ImageError) -> Raster {
    let divisor = divisor(draw)
    guard divisor == 1 else { return try scaled(draw, photo, divisor) }
    let resizing = Resizing((draw.width, draw.height), to: (side, side))
    return resizing.applied(
      to: try photo.decoded(
        columns: resizing.columns.moved(by: draw.left), rows: resizing.rows.moved(by: draw.top)))
  }

  /// By what a JPEG's sides are divided while it is decoded.
  public func divisor(_ draw: Draw) -> Int {
    guard decodesScaled else { return 1 }
    return [8, 4, 2].first { min(draw.width, draw.height) / $0 >= side } ?? 1
  }

  private func scaled(_ draw: Draw, _ photo: EncodedPhoto, _ divisor: Int) throws(ImageError)
    -> Raster
  {
    func box(_ start: Int, _ length: Int, _ limit: Int) -> Range<Double> {
      let over = Double(divisor)
      return Double(start) / over..<min(Double(start + length) / over, Double(limit))
    }
    let size = photo.size(over: divisor)
    let resizing = Resizing(
      size, boxColumns: box(draw.left, draw.width, size.width),
      boxRows: box(draw.top, draw.height, size.height), to: (side, side))
    return resizing.applied(
      to: try photo.decoded(columns: resizing.columns, rows: resizing.rows, divisor: divisor))
  }
}

extension Range<Int> {
  fileprivate func moved(by offset: Int) -> Range<Int> {
    lowerBound + offset..<upperBound + offset
  }
}
