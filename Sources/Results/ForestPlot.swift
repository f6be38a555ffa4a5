public import Statistics

/// Estimates with their intervals, one below the other, beside a line of no difference: as SVG text.
public struct ForestPlot {
  /// One estimate.
  public struct Row {
    let name: String
    let estimate: Double
    let interval: Interval?
    let note: String

    /// Makes a row; `note` stands at its end.
    public init(name: String, estimate: Double, interval: Interval?, note: String) {
      self.name = name
      self.estimate = estimate
      self.interval = interval
      self.note = note
    }
  }

  private let title: String
  private let xLabel: String
  private let margin: Double
  private let rows: [Row]

  /// Makes a plot; differences within `margin` of zero are those that do not count.
  public init(title: String, xLabel: String, margin: Double, rows: [Row]) {
    self.title = title
    self.xLabel = xLabel
    self.margin = margin
    self.rows = rows
  }

  private static let rowHeight = 24.0
  private static let frame = (left: 280.0, top: 64.0, right: 600.0)
  private static let width = 760.0

  /// The text of the file.
  public var svg: String {
    let frame = Self.frame
    let bottom = frame.top + Double(rows.count) * Self.rowHeight
    let scale = AxisScale(
      rows.flatMap { [$0.estimate, $0.interval?.lower, $0.interval?.upper].compactMap { $0 } }
        + [-margin, margin])
    func x(_ value: Double) -> Double {
      frame.left + scale.share(value) * (frame.right - frame.left)
    }
    var canvas = SVGCanvas(width: Self.width, height: bottom + 56)
    canvas.text(title, 16, 24, size: 14)
    canvas.shade(
      x: x(-margin), y: frame.top - 8, width: x(margin) - x(-margin), height: bottom - frame.top + 8
    )
    for tick in scale.ticks {
      canvas.line([(x(tick), bottom), (x(tick), bottom + 4)], style: "ink")
      canvas.text(scale.text(tick), x(tick), bottom + 18, anchor: .middle)
    }
    canvas.line([(frame.left, bottom), (frame.right, bottom)], style: "ink")
    canvas.line([(x(0), frame.top - 8), (x(0), bottom)], style: "ink", isDashed: true)
    canvas.text(xLabel, (frame.left + frame.right) / 2, bottom + 40, anchor: .middle)
    for (index, row) in rows.enumerated() {
      let y = frame.top + (Double(index) + 0.5) * Self.rowHeight
      canvas.text(row.name, frame.left - 12, y + 4, anchor: .end)
      if let interval = row.interval {
        canvas.line([(x(interval.lower), y), (x(interval.upper), y)], style: "c0", width: 1.6)
      }
      canvas.dot(x(row.estimate), y, colour: 0)
      canvas.text(row.note, frame.right + 12, y + 4)
    }
    return canvas.svg
  }
}
