/// A table for the terminal, with columns as wide as their longest cell and the first one aligned left, or for Markdown.
public struct TextTable: Sendable {
  private var rows: [[String]]

  /// A table with one heading per column.
  public init(_ headings: [String]) { rows = [headings] }

  /// Adds a row; missing cells are empty.
  public mutating func add(_ cells: [String]) { rows.append(cells) }

  /// The lines, each ended by a line break.
  public var text: String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = widths.enumerated().map { column, width -> String in
        let cell = column < row.count ? row[column] : ""
        let space = String(repeating: " ", count: width - cell.count)
        return column == 0 ? cell + space : space + cell
      }
      let line = cells.joined(separator: "  ")
      return (line.last == " " ? String(line.reversed().drop { $0 == " " }.reversed()) : line)
        + "\n"
    }.joined()
  }

  /// The lines of the table in Markdown; cells may hold markup.
  public var markdown: [String] {
    let lines = cells.map { "| " + $0.joined(separator: " | ") + " |" }
    return [lines[0], "|" + String(repeating: "---|", count: rows[0].count)] + lines.dropFirst()
  }

  /// All rows, headings first, each as long as the headings.
  var cells: [[String]] {
    rows.map { row in rows[0].indices.map { $0 < row.count ? row[$0] : "" } }
  }

  /// The rows as comma-separated values (RFC 4180), lines ended by a line feed.
  public var csv: String {
    cells.map { row in
      row.map { cell in
        cell.contains { ",\"\n\r".contains($0) }
          ? "\"\(cell.replacing("\"", with: "\"\""))\"" : cell
      }.joined(separator: ",") + "\n"
    }.joined()
  }

  /// Whether there is no row but the headings.
  public var isEmpty: Bool { rows.count == 1 }
}
