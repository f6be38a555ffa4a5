/// Any JSON value: headers of checkpoints, configurations of runs, results.
///
/// A whole `number` and an `integer` of the same value are equal and have the same canonical form,
/// because JSON does not tell 2.0 from 2: a value stays equal to itself after it was written and read.
public enum JSONValue: Sendable {
  /// The absent value.
  case null
  /// True or false.
  case bool(Bool)
  /// A whole number, exact.
  case integer(Int)
  /// A finite number.
  case number(Double)
  /// Text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Members by name; their order has no meaning.
  case object([String: JSONValue])
}

extension JSONValue: ExpressibleByStringLiteral {
  /// Text.
  public init(stringLiteral value: String) { self = .string(value) }
}

extension JSONValue: Hashable {
  /// True when both have the same canonical form.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    left.canonical == right.canonical
  }

  /// Feeds the canonical form to `hasher`.
  public func hash(into hasher: inout Hasher) { hasher.combine(canonical) }
}

extension JSONValue {
  /// The member called `name`, or nil when this is no object or has no such member.
  public subscript(name: String) -> JSONValue? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  /// A number of any size, exact: one that no `integer` holds becomes a text.
  public init(exactly number: UInt64) {
    self = Int(exactly: number).map { .integer($0) } ?? .string(String(number))
  }

  /// The members of an object, else nil.
  public var object: [String: JSONValue]? {
    if case .object(let members) = self { members } else { nil }
  }
  /// The elements of a list, else nil.
  public var array: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
  /// A text, else nil.
  public var string: String? { if case .string(let text) = self { text } else { nil } }
  /// A number, whole or not, else nil.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
  /// A whole number, else nil.
  public var integer: Int? { if case .integer(let value) = self { value } else { nil } }
}

extension JSONValue: Codable {
  /// Reads any JSON value; a number without a fraction that fits becomes an `integer`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = Self.attempt({ try container.decode(Bool.self) }) {
      self = .bool(value)
    } else if let value = Self.attempt({ try container.decode(Int.self) }) {
      self = .integer(value)
    } else if let value = Self.attempt({ try container.decode(Double.self) }) {
      self = .number(value)
    } else if let value = Self.attempt({ try container.decode(String.self) }) {
      self = .string(value)
    } else if let value = Self.attempt({ try container.decode([JSONValue].self) }) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Writes the value with the encoder's own layout.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }

  /// Decoding tries one type after the other; a mismatch is the expected answer, not a failure.
  private static func attempt<Value>(_ decode: () throws -> Value) -> Value? {
    do { return try decode() } catch { return nil }
  }
}
