import Foundation

/// A plot of lines, bands and marks as SVG text: the same values give the same bytes.
public struct LinePlot {
  /// One line.
  public struct Series {
    /// A value with the ends of its interval.
    public struct Band {
      let x: Double
      let lower: Double
      let upper: Double

      /// Makes an interval at a place.
      public init(x: Double, lower: Double, upper: Double) {
        self.x = x
        self.lower = lower
        self.upper = upper
      }
    }

    /// How points are drawn.
    public enum Style: Sendable {
      /// Joined.
      case line
      /// Joined by dashes.
      case dashes
      /// As dots with bars for their intervals.
      case marks
    }

    fileprivate(set) var name: String
    let points: [(Double, Double)]
    let bands: [Band]
    let colour: Int
    let style: Style

    /// Points (x, y), with intervals at some of them; `colour` numbers a palette, which repeats.
    public init(
      name: String, points: [(Double, Double)], bands: [Band] = [], colour: Int,
      style: Style = .line
    ) {
      self.name = name
      self.points = points
      self.bands = bands
      self.colour = colour
      self.style = style
    }
  }

  /// What the horizontal axis counts.
  public enum Axis: Sendable {
    /// Any numbers.
    case linear
    /// Whole numbers, such as epochs.
    case whole
    /// Positive numbers, by factors.
    case logarithmic

    fileprivate var scale: AxisScale.Kind {
      switch self {
      case .linear: .linear
      case .whole: .whole
      case .logarithmic: .logarithmic
      }
    }
  }

  let title: String
  let xLabel: String
  let yLabel: String
  let series: [Series]
  private let x: AxisScale
  private let y: AxisScale

  /// Makes a plot. Lines that lie on each other become one, with all their names.
  public init(
    title: String, xLabel: String, yLabel: String, series: [Series],
    horizontally kind: Axis = .linear
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = Self.joined(series)
    let all = series.flatMap(\.points)
    let bands = series.flatMap(\.bands)
    x = AxisScale(all.map(\.0), kind.scale)
    y = AxisScale(all.map(\.1) + bands.map(\.lower) + bands.map(\.upper))
  }

  private static func joined(_ series: [Series]) -> [Series] {
    var result: [Series] = []
    for one in series {
      let same = result.firstIndex { other in
        other.points.count == one.points.count
          && zip(other.points, one.points).allSatisfy { $0 == $1 }
      }
      if let same { result[same].name += " = \(one.name)" } else { result.append(one) }
    }
    return result
  }

  private static let frame = (left: 64.0, top: 64.0, right: 520.0, bottom: 384.0)
  private static let size = (width: 760.0, height: 440.0)
  private static let labelHeight = 14.0

  /// The text of the file.
  public var svg: String {
    var canvas = SVGCanvas(width: Self.size.width, height: Self.size.height)
    canvas.text(title, 16, 24, size: 14)
    drawAxes(&canvas)
    for one in series { draw(one, &canvas) }
    drawNames(&canvas)
    drawNamesOfMarks(&canvas)
    return canvas.svg
  }

  private func place(_ point: (Double, Double)) -> (x: Double, y: Double) {
    let frame = Self.frame
    return (
      frame.left + x.share(point.0) * (frame.right - frame.left),
      frame.bottom - y.share(point.1) * (frame.bottom - frame.top)
    )
  }

  private func drawAxes(_ canvas: inout SVGCanvas) {
    let frame = Self.frame
    canvas.text(yLabel, 16, frame.top - 16)
    canvas.text(
      xLabel, (frame.left + frame.right) / 2, frame.bottom + 40, anchor: .middle)
    for tick in y.ticks {
      let height = frame.bottom - y.share(tick) * (frame.bottom - frame.top)
      canvas.line([(frame.left, height), (frame.right, height)], style: "grid")
      canvas.text(y.text(tick), frame.left - 6, height + 4, anchor: .end)
    }
    for tick in x.ticks {
      let across = frame.left + x.share(tick) * (frame.right - frame.left)
      canvas.line([(across, frame.bottom), (across, frame.bottom + 4)], style: "ink")
      canvas.text(x.text(tick), across, frame.bottom + 18, anchor: .middle)
    }
    canvas.line(
      [(frame.left, frame.top), (frame.left, frame.bottom), (frame.right, frame.bottom)],
      style: "ink")
  }

  private func draw(_ series: Series, _ canvas: inout SVGCanvas) {
    let style = SVGCanvas.colour(series.colour)
    if series.style == .marks {
      for band in series.bands {
        canvas.line([place((band.x, band.lower)), place((band.x, band.upper))], style: style)
      }
      for point in series.points.map(place) { canvas.dot(point.x, point.y, colour: series.colour) }
    } else {
      if !series.bands.isEmpty {
        canvas.area(
          series.bands.map { place(($0.x, $0.lower)) }
            + series.bands.reversed().map { place(($0.x, $0.upper)) }, colour: series.colour)
      }
      canvas.line(
        series.points.map(place), style: style, width: 1.6, isDashed: series.style == .dashes)
    }
  }

  /// Names beside the last points, moved apart where they would lie on each other.
  private func drawNames(_ canvas: inout SVGCanvas) {
    let ends = series.filter { $0.style != .marks }
      .compactMap { one in one.points.last.map { (one, place($0)) } }
      .sorted { $0.1.y < $1.1.y }
    var heights: [Double] = []
    for (_, end) in ends {
      heights.append(max(end.y, (heights.last ?? -.infinity) + Self.labelHeight))
    }
    // What ran out at the bottom moves up.
    var limit = Self.frame.bottom + Self.labelHeight
    for index in heights.indices.reversed() {
      heights[index] = min(heights[index], limit)
      limit = heights[index] - Self.labelHeight
    }
    for ((one, end), height) in zip(ends, heights) {
      let left = Self.frame.right + 20
      canvas.line(
        [(end.x + 5, end.y), (left - 4, height)], style: SVGCanvas.colour(one.colour), width: 0.5)
      canvas.text(one.name, left, height + 4, colour: one.colour)
    }
  }

  /// Names beside the dots, lower where another one is in the way.
  private func drawNamesOfMarks(_ canvas: inout SVGCanvas) {
    var taken: [(x: Double, y: Double)] = []
    let marks = series.filter { $0.style == .marks }
      .compactMap { one in one.points.last.map { (one, place($0)) } }
      .sorted { ($0.1.y, $0.1.x) < ($1.1.y, $1.1.x) }
    for (one, end) in marks {
      var height = end.y + 4
      while taken.contains(where: {
        abs($0.y - height) < Self.labelHeight && abs($0.x - end.x) < Self.nameWidth
      }) { height += Self.labelHeight / 2 }
      taken.append((end.x, height))
      canvas.text(one.name, end.x + 8, height, colour: one.colour)
    }
  }

  private static let nameWidth = 100.0
}
