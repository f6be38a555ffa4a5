extension Page {
  /// Pages in one file that needs no other: pictures are inside, and links between pages lead to their places.
  public static func html(_ pages: [Page], title: String) -> String {
    let names = pages.map(\.name)
    let items = pages.map { "<li><a href=\"#\($0.name)\">\(SVGText.escaped($0.title))</a></li>" }
    let bodies = pages.map { page in
      let blocks = page.blocks.map { page.element($0, among: names) }
      return "<section id=\"\(page.name)\">\n<h1>\(SVGText.escaped(page.title))</h1>\n"
        + blocks.joined(separator: "\n") + "\n</section>"
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(SVGText.escaped(title))</title>
      <style>
      :root { color-scheme: light dark; }
      body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em; }
      table { border-collapse: collapse; display: block; overflow-x: auto; }
      th, td { border: 1px solid #8888; padding: 0.2em 0.6em; text-align: left; }
      pre { overflow-x: auto; }
      svg { max-width: 100%; height: auto; }
      section { border-top: 1px solid #8888; margin-top: 3em; }
      </style>
      </head>
      <body>
      <nav><ul>
      \(items.joined(separator: "\n"))
      </ul></nav>
      \(bodies.joined(separator: "\n"))
      </body>
      </html>

      """
  }

  private func element(_ block: Block, among pages: [String]) -> String {
    func inline(_ text: String) -> String { Self.inline(text, among: pages) }
    switch block {
    case .heading(let level, let text):
      let id = "\(name)-\(Self.anchor(text))"
      return "<h\(level) id=\"\(id)\">\(inline(text))</h\(level)>"
    case .paragraph(let text): return "<p>\(inline(text))</p>"
    case .list(let items):
      return "<ul>\n" + items.map { "<li>\(inline($0))</li>\n" }.joined() + "</ul>"
    case .table(let table):
      let rows = table.cells.enumerated().map { index, cells in
        let kind = index == 0 ? "th" : "td"
        return "<tr>" + cells.map { "<\(kind)>\(inline($0))</\(kind)>" }.joined() + "</tr>\n"
      }
      return "<table>\n\(rows.joined())</table>"
    case .picture(_, let text, let svg):
      return "<figure>\n\(svg)<figcaption>\(inline(text))</figcaption></figure>"
    case .code(let lines):
      return "<pre>\(SVGText.escapedLines(lines))</pre>"
    }
  }

  /// The marks of a text as elements; everything else is text.
  private static func inline(_ text: String, among pages: [String]) -> String {
    var rest = Substring(text)
    var result = ""
    while let next = rest.first {
      if let (inner, after) = enclosed(rest, "**", "**") {
        result += "<strong>\(inline(String(inner), among: pages))</strong>"
        rest = after
      } else if let (inner, after) = enclosed(rest, "`", "`") {
        result += "<code>\(SVGText.escaped(String(inner)))</code>"
        rest = after
      } else if let (inner, after) = enclosed(rest, "<sub>", "</sub>") {
        result += "<sub>\(inline(String(inner), among: pages))</sub>"
        rest = after
      } else if let (words, behind) = enclosed(rest, "[", "]("),
        let (target, after) = enclosed("(" + behind, "(", ")")
      {
        let link = place(String(target), among: pages)
        result +=
          "<a href=\"\(SVGText.escaped(link))\">"
          + "\(inline(String(words), among: pages))</a>"
        rest = after
      } else {
        result += SVGText.escaped(String(next))
        rest = rest.dropFirst()
      }
    }
    return result
  }

  private static func enclosed(_ text: Substring, _ opening: String, _ closing: String)
    -> (Substring, Substring)?
  {
    guard text.hasPrefix(opening) else { return nil }
    let inner = text.dropFirst(opening.count)
    guard let end = inner.firstRange(of: closing) else { return nil }
    return (inner[..<end.lowerBound], inner[end.upperBound...])
  }

  /// Where a link to another page of the file leads.
  private static func place(_ target: String, among pages: [String]) -> String {
    let parts = target.split(separator: "#", maxSplits: 1).map(String.init)
    guard let file = parts.first, file.hasSuffix(".md"),
      pages.contains(String(file.dropLast(".md".count)))
    else { return target }
    let page = String(file.dropLast(".md".count))
    return parts.count > 1 ? "#\(page)-\(parts[1])" : "#\(page)"
  }
}
