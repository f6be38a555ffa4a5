import Foundation

/// The parts that pictures are made of, in colours that follow the reader's light or dark theme. No scripts; numbers have
/// one decimal, so that the same values give the same bytes.
struct SVGCanvas {
  /// Where a text stands at its place.
  enum Anchor: String {
    /// It begins there.
    case start
    /// Its middle is there.
    case middle
    /// It ends there.
    case end
  }

  private let width: Int
  private let height: Int
  private var lines: [String] = []

  init(width: Double, height: Double) {
    (self.width, self.height) = (Int(width.rounded(.up)), Int(height.rounded(.up)))
  }

  /// Distinguishable without red and green, on white and on black.
  private static let light = [
    "#0072b2", "#d55e00", "#009e73", "#b3589a", "#3a87b5", "#a87400", "#555555",
  ]
  private static let dark = [
    "#4fb3f0", "#ff8b3d", "#2fd6a5", "#e79fd0", "#8fd0f5", "#f0bd4f", "#bbbbbb",
  ]

  private static func style(_ colours: [String], ink: String, paper: String, grid: String) -> String
  {
    let series = colours.enumerated().map { ".c\($0){stroke:\($1)}.f\($0){fill:\($1)}" }
    return ".paper{fill:\(paper)}.ink{stroke:\(ink)}.text{fill:\(ink)}.grid{stroke:\(grid)}"
      + ".shade{fill:\(grid)}" + series.joined()
  }

  /// The text of the file.
  var svg: String {
    let light = Self.style(Self.light, ink: "#222222", paper: "#ffffff", grid: "#dddddd")
    let dark = Self.style(Self.dark, ink: "#dddddd", paper: "#0d1117", grid: "#333a44")
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
      font-family="sans-serif" font-size="12">
      <style>\(light)@media (prefers-color-scheme: dark){\(dark)}</style>
      <rect class="paper" width="100%" height="100%"/>
      \(lines.joined(separator: "\n"))
      </svg>

      """
  }

  /// The class of a series' lines; the palette repeats.
  static func colour(_ index: Int) -> String { "c\(index % light.count)" }
  private static func fill(_ index: Int) -> String { "f\(index % light.count)" }

  mutating func text(
    _ content: String, _ x: Double, _ y: Double, size: Int = 12, anchor: Anchor = .start,
    colour: Int? = nil
  ) {
    lines.append(
      "<text class=\"\(colour.map(Self.fill) ?? "text")\" x=\"\(number(x))\" y=\"\(number(y))\" "
        + "font-size=\"\(size)\" text-anchor=\"\(anchor.rawValue)\">\(SVGText.escaped(content))</text>"
    )
  }

  mutating func line(
    _ points: [(x: Double, y: Double)], style: String, width: Double = 1, isDashed: Bool = false
  ) {
    let places = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
    lines.append(
      "<polyline class=\"\(style)\" points=\"\(places)\" fill=\"none\" stroke-width=\"\(number(width))\""
        + (isDashed ? " stroke-dasharray=\"5 4\"/>" : "/>"))
  }

  mutating func area(_ points: [(x: Double, y: Double)], colour: Int) {
    let places = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
    lines.append(
      "<polygon class=\"\(Self.fill(colour))\" points=\"\(places)\" fill-opacity=\"0.2\"/>")
  }

  mutating func shade(x: Double, y: Double, width: Double, height: Double) {
    lines.append(
      "<rect class=\"shade\" x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" "
        + "height=\"\(number(height))\" fill-opacity=\"0.5\"/>")
  }

  mutating func dot(_ x: Double, _ y: Double, colour: Int, radius: Double = 4) {
    lines.append(
      "<circle class=\"\(Self.fill(colour))\" cx=\"\(number(x))\" cy=\"\(number(y))\" "
        + "r=\"\(number(radius))\"/>")
  }

  private func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
