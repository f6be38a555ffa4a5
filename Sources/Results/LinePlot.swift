import Foundation

/// A plot of lines as SVG text: the same values give the same bytes.
public struct LinePlot {
  /// One line.
  public struct Series {
    let name: String
    let points: [(Double, Double)]
    let colour: Int
    let isDashed: Bool

    /// A line through points (x, y); `colour` numbers a palette, which repeats.
    public init(name: String, points: [(Double, Double)], colour: Int, isDashed: Bool = false) {
      self.name = name
      self.points = points
      self.colour = colour
      self.isDashed = isDashed
    }
  }

  let title: String
  let xLabel: String
  let yLabel: String
  let series: [Series]

  /// Makes a plot.
  public init(title: String, xLabel: String, yLabel: String, series: [Series]) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
  }

  private static let size = (width: 720.0, height: 440.0)
  private static let frame = (left: 64.0, top: 40.0, right: 500.0, bottom: 384.0)
  /// Distinguishable without red and green.
  private static let colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"]
  private static let tickCount = 6

  /// The text of the file.
  public var svg: String {
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Int(Self.size.width)) \(Int(Self.size.height))\" "
        + "font-family=\"sans-serif\" font-size=\"12\">",
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
      text(title, 64, 24, size: 14),
    ]
    lines += axes + series.enumerated().flatMap { draw($1, row: $0) } + ["</svg>", ""]
    return lines.joined(separator: "\n")
  }

  private var xRange: (Double, Double) { range(series.flatMap { $0.points.map(\.0) }) }
  private var yRange: (Double, Double) { range(series.flatMap { $0.points.map(\.1) }) }

  private func range(_ values: [Double]) -> (Double, Double) {
    guard let low = values.min(), let high = values.max() else { return (0, 1) }
    return low < high ? (low, high) : (low - 1, high + 1)
  }

  private func x(_ value: Double) -> Double {
    let (low, high) = xRange
    return Self.frame.left + (value - low) / (high - low) * (Self.frame.right - Self.frame.left)
  }

  private func y(_ value: Double) -> Double {
    let (low, high) = yRange
    return Self.frame.bottom - (value - low) / (high - low) * (Self.frame.bottom - Self.frame.top)
  }

  private var axes: [String] {
    let frame = Self.frame
    var lines = [
      "<path d=\"M\(number(frame.left)) \(number(frame.top))V\(number(frame.bottom))H\(number(frame.right))\" "
        + "fill=\"none\" stroke=\"black\"/>",
      text(xLabel, (frame.left + frame.right) / 2, frame.bottom + 40, anchor: "middle"),
      text(yLabel, frame.left, frame.top - 6),
    ]
    for tick in 0..<Self.tickCount {
      let share = Double(tick) / Double(Self.tickCount - 1)
      let across = xRange.0 + share * (xRange.1 - xRange.0)
      let up = yRange.0 + share * (yRange.1 - yRange.0)
      lines.append(
        text(String(format: "%.4g", across), x(across), frame.bottom + 18, anchor: "middle"))
      lines.append(text(String(format: "%.4g", up), frame.left - 6, y(up) + 4, anchor: "end"))
    }
    return lines
  }

  private func draw(_ series: Series, row: Int) -> [String] {
    let colour = Self.colours[series.colour % Self.colours.count]
    let style =
      "fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.6\""
      + (series.isDashed ? " stroke-dasharray=\"5 4\"" : "")
    let points = series.points.map { "\(number(x($0.0))),\(number(y($0.1)))" }
    let height = Self.frame.top + 8 + 20 * Double(row)
    let left = Self.frame.right + 16
    return [
      "<polyline points=\"\(points.joined(separator: " "))\" \(style)/>",
      "<path d=\"M\(number(left)) \(number(height))h28\" \(style)/>",
      text(series.name, left + 36, height + 4),
    ]
  }

  private func text(
    _ content: String, _ x: Double, _ y: Double, size: Int = 12, anchor: String = "start"
  ) -> String {
    "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(size)\" text-anchor=\"\(anchor)\">"
      + "\(SVGText.escaped(content))</text>"
  }

  private func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
