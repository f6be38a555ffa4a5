extension JSONValue {
  /// The one canonical text: members sorted by the Unicode scalars of their names, no white space,
  /// whole numbers without a fraction, other numbers in the shortest form that reads back the same.
  /// A number that is not finite, which JSON cannot hold, becomes the string "nan", "inf" or "-inf".
  public var canonical: String {
    var text = ""
    write(into: &text, indentation: nil)
    return text
  }

  /// The canonical text with line breaks and two spaces per level, ended by a line break.
  public var indented: String {
    var text = ""
    write(into: &text, indentation: 0)
    return text + "\n"
  }

  private func write(into text: inout String, indentation: Int?) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += Self.text(of: value)
    case .string(let value): text += Self.quoted(value)
    case .array(let values):
      Self.writeList("[", "]", values, into: &text, indentation: indentation) {
        $0.write(into: &$1, indentation: $2)
      }
    case .object(let members):
      let sorted = members.sorted {
        $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars)
      }
      Self.writeList("{", "}", sorted, into: &text, indentation: indentation) {
        $1 += Self.quoted($0.key) + (indentation == nil ? ":" : ": ")
        $0.value.write(into: &$1, indentation: $2)
      }
    }
  }

  private static func writeList<Element>(
    _ opening: String, _ closing: String, _ elements: [Element], into text: inout String,
    indentation: Int?, writeElement: (Element, inout String, Int?) -> Void
  ) {
    let inner = indentation.map { $0 + 1 }
    text += opening
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      if let inner { text += "\n" + String(repeating: "  ", count: inner) }
      writeElement(element, &text, inner)
    }
    if let indentation, !elements.isEmpty {
      text += "\n" + String(repeating: "  ", count: indentation)
    }
    text += closing
  }

  private static func text(of value: Double) -> String {
    guard value.isFinite else {
      return value.isNaN ? "\"nan\"" : value < 0 ? "\"-inf\"" : "\"inf\""
    }
    return Int(exactly: value).map(String.init) ?? "\(value)"
  }

  private static func quoted(_ value: String) -> String {
    let isPlain = value.utf8.allSatisfy {
      $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    guard !isPlain else { return "\"\(value)\"" }
    var text = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
