/// A text is no JSON.
public struct JSONError: Error, CustomStringConvertible, Sendable {
  /// What is wrong, and at which byte.
  public let description: String
}

extension JSONValue {
  /// Reads one JSON text in UTF-8: no key twice, no NaN, nothing after the value.
  ///
  /// Numbers without a fraction that fit are integers. Throws for anything else, and for arrays and objects that are
  /// nested deeper than `depth`.
  public init(json bytes: some Sequence<UInt8>, depth: Int = 64) throws(JSONError) {
    self = try JSONParser.parse(Array(bytes), depth: depth)
  }
}

private struct JSONParser {
  private let bytes: [UInt8]
  private let deepest: Int
  private var position = 0
  private var depth = 0

  static func parse(_ bytes: [UInt8], depth: Int) throws(JSONError) -> JSONValue {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw JSONError(description: "the text is not UTF-8")
    }
    var parser = JSONParser(bytes: bytes, deepest: depth)
    let value = try parser.value()
    parser.skipSpace()
    guard parser.position == bytes.count else { throw parser.error("text after the end") }
    return value
  }

  private init(bytes: [UInt8], deepest: Int) {
    self.bytes = bytes
    self.deepest = deepest
  }

  private func error(_ message: String) -> JSONError {
    JSONError(description: "\(message) at byte \(position)")
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func expect(_ byte: UInt8) throws(JSONError) {
    skipSpace()
    guard current == byte else {
      throw error("expected \(Character(Unicode.Scalar(byte)))")
    }
    position += 1
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return try nested { p throws(JSONError) in try p.object() }
    case UInt8(ascii: "["): return try nested { p throws(JSONError) in try p.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw error("the text ends early")
    case .some(let byte) where byte == UInt8(ascii: "-") || isDigit(byte): return try number()
    default: throw error("no value")
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    depth += 1
    guard depth <= deepest else { throw error("nested deeper than \(deepest)") }
    position += 1
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    var members: [String: JSONValue] = [:]
    skipSpace()
    if current == UInt8(ascii: "}") {
      position += 1
      return .object(members)
    }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw error("expected a key") }
      let key = try string()
      try expect(UInt8(ascii: ":"))
      let value = try value()
      guard members.updateValue(value, forKey: key) == nil else {
        throw error("duplicate key \"\(key)\"")
      }
      skipSpace()
      if current == UInt8(ascii: "}") { break }
      try expect(UInt8(ascii: ","))
    }
    position += 1
    return .object(members)
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    var elements: [JSONValue] = []
    skipSpace()
    if current == UInt8(ascii: "]") {
      position += 1
      return .array(elements)
    }
    while true {
      elements.append(try value())
      skipSpace()
      if current == UInt8(ascii: "]") { break }
      try expect(UInt8(ascii: ","))
    }
    position += 1
    return .array(elements)
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    guard bytes[position...].starts(with: text.utf8) else { throw error("no value") }
    position += text.utf8.count
    return value
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    while let byte = current, isNumberByte(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    let digits = text.drop { $0 == "-" }
    let leadingZero = digits.count > 1 && digits.first == "0" && digits.dropFirst().first != "."
    if !leadingZero, text.first != "+" {
      if let value = Int(text) { return .integer(value) }
      if let value = Double(text), value.isFinite { return .number(value) }
    }
    throw error("bad number \(text.prefix(40))")
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private func isNumberByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }
}

// Strings.
extension JSONParser {
  private mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      position += 1
    }
    if current == UInt8(ascii: "\"") {
      position += 1
      return String(decoding: bytes[start..<(position - 1)], as: UTF8.self)
    }
    return try escapedString(prefix: Array(bytes[start..<position]))
  }

  private mutating func escapedString(prefix: [UInt8]) throws(JSONError) -> String {
    var text = prefix
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
      case 0..<0x20: throw error("control character in a string")
      default: text.append(byte)
      }
    }
    throw error("the string has no end")
  }

  private mutating func escape() throws(JSONError) -> [UInt8] {
    guard let byte = current else { throw error("the string has no end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(Character(try scalar())).utf8)
    default: throw error("unknown escape")
    }
  }

  private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
    var code = try fourDigits()
    if (0xD800..<0xDC00).contains(code) {
      guard bytes[position...].starts(with: "\\u".utf8) else {
        throw error("half a surrogate pair")
      }
      position += 2
      let low = try fourDigits()
      guard (0xDC00..<0xE000).contains(low) else { throw error("half a surrogate pair") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw error("half a surrogate pair") }
    return scalar
  }

  private mutating func fourDigits() throws(JSONError) -> UInt32 {
    guard position + 4 <= bytes.count else { throw error("the string has no end") }
    let digits = bytes[position..<(position + 4)]
    let text = String(decoding: digits, as: UTF8.self)
    guard !text.hasPrefix("+"), !text.hasPrefix("-"), let code = UInt32(text, radix: 16) else {
      throw error("bad \\u escape")
    }
    position += 4
    return code
  }
}
