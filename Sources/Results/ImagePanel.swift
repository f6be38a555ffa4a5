public import Foundation

/// Photos with boxes, or pictures beside them, as SVG text: one row per photo, one column per title.
public struct ImagePanel {
  /// A box on a photo, in its pixels from the upper left corner.
  public struct Mark: Sendable {
    let x: Double
    let y: Double
    let width: Double
    let height: Double
    let label: String
    let colour: [UInt8]

    /// Makes a box with its label and an RGB colour.
    public init(
      x: Double, y: Double, width: Double, height: Double, label: String, colour: [UInt8]
    ) {
      self.x = x
      self.y = y
      self.width = width
      self.height = height
      self.label = label
      self.colour = colour
    }
  }

  /// What stands in a column.
  public enum Cell: Sendable {
    /// The photo with boxes.
    case marks([Mark])
    /// A PNG file's bytes instead, as large as the photo.
    case picture(Data)
  }

  /// One photo with what stands in every column.
  public struct Row: Sendable {
    let photo: Data
    let width: Int
    let height: Int
    let columns: [Cell]

    /// Makes a row of a JPEG file's bytes.
    public init(photo: Data, width: Int, height: Int, columns: [Cell]) {
      self.photo = photo
      self.width = width
      self.height = height
      self.columns = columns
    }
  }

  private let titles: [String]
  private let rows: [Row]

  private static let cell = 240.0
  private static let gap = 8.0
  private static let head = 24.0

  /// Makes a panel; every row has a column for each title.
  public init(titles: [String], rows: [Row]) {
    precondition(rows.allSatisfy { $0.columns.count == titles.count })
    self.titles = titles
    self.rows = rows
  }

  /// The text of the file; each photo is in it once.
  public var svg: String {
    let width = Double(titles.count) * (Self.cell + Self.gap) + Self.gap
    let heights = rows.map { Self.cell * Double($0.height) / Double($0.width) }
    let height = heights.reduce(Self.head) { $0 + $1 + Self.gap }
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(number(width)) \(number(height))\" "
        + "font-family=\"sans-serif\" font-size=\"12\">",
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>", "<defs>",
    ]
    for (index, row) in rows.enumerated() {
      lines.append(
        "<image id=\"photo\(index)\" width=\"\(row.width)\" height=\"\(row.height)\" "
          + "href=\"data:image/jpeg;base64,\(row.photo.base64EncodedString())\"/>")
    }
    lines.append("</defs>")
    for (column, title) in titles.enumerated() {
      lines.append("<text x=\"\(number(left(column)))\" y=\"16\">\(SVGText.escaped(title))</text>")
    }
    var top = Self.head
    for (index, row) in rows.enumerated() {
      for (column, cell) in row.columns.enumerated() {
        lines += draw(row, index, cell, x: left(column), y: top)
      }
      top += heights[index] + Self.gap
    }
    return (lines + ["</svg>", ""]).joined(separator: "\n")
  }

  private func left(_ column: Int) -> Double {
    Self.gap + Double(column) * (Self.cell + Self.gap)
  }

  private func draw(_ row: Row, _ index: Int, _ cell: Cell, x: Double, y: Double) -> [String] {
    let scale = Self.cell / Double(row.width)
    let place = "<g transform=\"translate(\(number(x)) \(number(y))) scale(\(scale))\">"
    guard case .marks(let marks) = cell else {
      return [place] + picture(row, cell) + ["</g>"]
    }
    // Lines and letters keep their size whatever that of the photo.
    let (stroke, letters) = (2 / scale, 11 / scale)
    var lines = [place, "<use href=\"#photo\(index)\"/>"]
    for mark in marks {
      let colour = "rgb(\(mark.colour.map(String.init).joined(separator: ",")))"
      lines.append(
        "<rect x=\"\(number(mark.x))\" y=\"\(number(mark.y))\" width=\"\(number(mark.width))\" "
          + "height=\"\(number(mark.height))\" fill=\"none\" stroke=\"\(colour)\" "
          + "stroke-width=\"\(number(stroke))\"/>")
      lines.append(
        "<text x=\"\(number(mark.x + stroke))\" y=\"\(number(mark.y + letters))\" "
          + "font-size=\"\(number(letters))\" fill=\"white\" stroke=\"black\" "
          + "stroke-width=\"\(number(3 * stroke / 4))\" paint-order=\"stroke\">\(SVGText.escaped(mark.label))</text>"
      )
    }
    return lines + ["</g>"]
  }

  private func picture(_ row: Row, _ cell: Cell) -> [String] {
    guard case .picture(let png) = cell else { return [] }
    return [
      "<image width=\"\(row.width)\" height=\"\(row.height)\" "
        + "href=\"data:image/png;base64,\(png.base64EncodedString())\"/>"
    ]
  }

  private func number(_ value: Double) -> String { String(format: "%.2f", value) }
}
