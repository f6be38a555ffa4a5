/// PIL's bilinear `resize` of which a part is wanted, planned before anything is decoded: it tells the pixels that it
/// reads, and makes the part of these alone.
public struct Resizing: Sendable {
  /// One direction.
  private struct Line {
    /// Nil where pixels stay as they are.
    let taps: Taps?
    let needed: Range<Int>

    init(of old: Int, box: Range<Double>, to new: Int, part: Range<Int>) {
      precondition(
        box.lowerBound >= 0 && box.upperBound <= Double(old) && !box.isEmpty && !part.isEmpty
          && part.lowerBound >= 0 && part.upperBound <= new, "the part lies in the image")
      let isSame = old == new && box == 0..<Double(old)
      taps = isSame ? nil : Taps(of: old, box: box, to: new, part)
      needed = taps?.reach ?? part
    }
  }

  /// A size in pixels.
  public typealias Size = (width: Int, height: Int)

  private let across: Line
  private let down: Line

  /// The columns that are read.
  public var columns: Range<Int> { across.needed }
  /// The rows that are read.
  public var rows: Range<Int> { down.needed }

  /// Brings an image of size `old`, or the box between fractional columns and rows of it, to size `new`; of the result the
  /// part `columns` and `rows` is made, or all of it.
  public init(
    _ old: Size, boxColumns: Range<Double>? = nil, boxRows: Range<Double>? = nil, to new: Size,
    columns: Range<Int>? = nil, rows: Range<Int>? = nil
  ) {
    across = Line(
      of: old.width, box: boxColumns ?? 0..<Double(old.width), to: new.width,
      part: columns ?? 0..<new.width)
    down = Line(
      of: old.height, box: boxRows ?? 0..<Double(old.height), to: new.height,
      part: rows ?? 0..<new.height)
  }

  /// The part, made of the image's `columns` and `rows`.
  public func applied(to pixels: Raster) -> Raster {
    precondition(pixels.width == columns.count && pixels.height == rows.count)
    let wide =
      across.taps.map { pixels.filteredRows($0.fromReach, rows: 0..<pixels.height) } ?? pixels
    return down.taps.map { wide.filteredColumns($0, from: rows.lowerBound) } ?? wide
  }
}
