/// A page of a report: the same blocks as Markdown and as HTML.
public struct Page: Sendable {
  /// A part of a page. Texts may hold `**bold**`, `` `code` ``, `[text](target)` and `<sub>` marks.
  public enum Block: Sendable {
    /// A heading of a level from 2.
    case heading(Int, String)
    /// A paragraph.
    case paragraph(String)
    /// Items; an inner level is indented by two spaces.
    case list([String])
    /// A table.
    case table(TextTable)
    /// A picture in a file beside the page.
    case picture(file: String, text: String, svg: String)
    /// Lines as they are.
    case code([String])
  }

  /// Name of its file, without an ending.
  public let name: String
  /// Its heading.
  public let title: String
  /// What stands under it.
  public var blocks: [Block]

  /// Makes a page.
  public init(name: String, title: String, blocks: [Block]) {
    self.name = name
    self.title = title
    self.blocks = blocks
  }

  /// The page for code hosts.
  public var markdown: String {
    ([["# \(title)"]] + blocks.map(Self.lines)).map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n") + "\n"
  }

  /// The pictures with their files' names.
  public var pictures: [(name: String, text: String)] {
    blocks.compactMap { block in
      if case .picture(let file, _, let svg) = block { (file, svg) } else { nil }
    }
  }

  private static func lines(_ block: Block) -> [String] {
    switch block {
    case .heading(let level, let text): [String(repeating: "#", count: level) + " " + text]
    case .paragraph(let text): [text]
    case .list(let items): items.map { $0.hasPrefix("  ") ? "  - \($0.dropFirst(2))" : "- \($0)" }
    case .table(let table): table.markdown
    case .picture(let file, let text, _): ["![\(text)](\(file))"]
    case .code(let lines): lines.map { "    \($0)" }
    }
  }

  /// What a heading is called in links, as code hosts make it.
  public static func anchor(_ heading: String) -> String {
    String(
      heading.lowercased().unicodeScalars.compactMap { scalar -> Character? in
        if scalar == " " { return "-" }
        return scalar == "-" || scalar == "_" || scalar.properties.isAlphabetic
          || scalar.properties.numericType != nil ? Character(scalar) : nil
      })
  }
}
