/// Text inside an SVG file.
enum SVGText {
  /// The text with the characters that XML reads as markup replaced, and without those that it forbids.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result += " "
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: continue
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Lines with their breaks.
  static func escapedLines(_ lines: [String]) -> String {
    lines.map { escaped($0) + "\n" }.joined()
  }
}
