/// The type of a tensor's elements. The raw value is the name in the header of a file.
public enum ElementType: String, Sendable, CaseIterable {
  /// IEEE 754 binary32.
  case float32
  /// IEEE 754 binary64.
  case float64
  /// IEEE 754 binary16.
  case float16
  /// The upper half of a binary32.
  case bfloat16
  /// Signed, two's complement.
  case int8
  /// Unsigned.
  case uint8
  /// Signed, two's complement.
  case int16
  /// Signed, two's complement.
  case int32
  /// Signed, two's complement.
  case int64
  /// One byte, 0 or 1.
  case bool

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .bfloat16, .int16: 2
    case .float32, .int32: 4
    case .float64, .int64: 8
    }
  }

  /// Whether the type has a sign bit followed by an exponent.
  public var isFloatingPoint: Bool {
    switch self {
    case .float32, .float64, .float16, .bfloat16: true
    case .int8, .uint8, .int16, .int32, .int64, .bool: false
    }
  }
}
