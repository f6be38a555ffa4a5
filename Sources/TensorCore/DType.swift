internal import CTorch

/// Element type of a tensor; the names are PyTorch's.
public enum DType: String, CaseIterable, Sendable {
  case float32, float64, float16, bfloat16, int64, int32, uint8, bool

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16: 2
    case .uint8, .bool: 1
    }
  }

  /// Whether gradients can flow through it.
  public var isFloatingPoint: Bool {
    switch self {
    case .float32, .float64, .float16, .bfloat16: true
    case .int64, .int32, .uint8, .bool: false
    }
  }

  var c: ct_dtype {
    switch self {
    case .float32: .CT_FLOAT32
    case .float64: .CT_FLOAT64
    case .float16: .CT_FLOAT16
    case .bfloat16: .CT_BFLOAT16
    case .int64: .CT_INT64
    case .int32: .CT_INT32
    case .uint8: .CT_UINT8
    case .bool: .CT_BOOL
    }
  }

  init(_ dtype: ct_dtype) {
    switch dtype {
    case .CT_FLOAT32: self = .float32
    case .CT_FLOAT64: self = .float64
    case .CT_FLOAT16: self = .float16
    case .CT_BFLOAT16: self = .bfloat16
    case .CT_INT64: self = .int64
    case .CT_INT32: self = .int32
    case .CT_UINT8: self = .uint8
    case .CT_BOOL: self = .bool
    }
  }
}

/// A Swift number type that can be the element of a tensor on the host.
public protocol TensorElement: BitwiseCopyable, Sendable {
  /// The tensor's element type that has the same bytes.
  static var dtype: DType { get }
}

extension Float: TensorElement {
  /// `float32`
  public static var dtype: DType { .float32 }
}
extension Double: TensorElement {
  /// `float64`
  public static var dtype: DType { .float64 }
}
extension Int64: TensorElement {
  /// `int64`
  public static var dtype: DType { .int64 }
}
extension UInt8: TensorElement {
  /// `uint8`
  public static var dtype: DType { .uint8 }
}
