import Foundation

/// One element of a tensor, exactly.
public enum StoredElement: Equatable, Sendable, CustomStringConvertible {
  /// Of every integer type, and 0 or 1 of `bool`.
  case integer(Int64)
  /// Of `float32`, and of the halves, which it holds exactly.
  case single(Float)
  /// Of `float64`.
  case double(Double)

  /// The shortest digits that give the element back.
  public var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .single(let value): "\(value)"
    case .double(let value): "\(value)"
    }
  }

  /// The value of a floating-point element, which is exact; nil for an integer.
  public var floatingPoint: Double? {
    switch self {
    case .integer: nil
    case .single(let value): Double(value)
    case .double(let value): value
    }
  }
}

/// The elements of a tensor, each as its own type.
public struct StoredElements: RandomAccessCollection, Sendable {
  private let type: ElementType
  private let bytes: Data

  init(_ tensor: StoredTensor) {
    type = tensor.elementType
    bytes = tensor.bytes
  }

  /// 0.
  public var startIndex: Int { 0 }
  /// Number of elements.
  public var endIndex: Int { bytes.count / type.byteCount }

  /// The element at a row-major position.
  public subscript(position: Int) -> StoredElement {
    switch type {
    case .float32: .single(Float(bitPattern: word(position)))
    case .float64: .double(Double(bitPattern: word(position)))
    case .float16: .single(HalfFloat.float(word(position)))
    case .bfloat16: .single(Float(bitPattern: UInt32(word(position) as UInt16) << 16))
    case .int8: .integer(Int64(word(position) as Int8))
    case .uint8, .bool: .integer(Int64(word(position) as UInt8))
    case .int16: .integer(Int64(word(position) as Int16))
    case .int32: .integer(Int64(word(position) as Int32))
    case .int64: .integer(word(position))
    }
  }

  private func word<Word: FixedWidthInteger>(_ position: Int) -> Word {
    bytes.withUnsafeBytes {
      Word(
        littleEndian: $0.loadUnaligned(
          fromByteOffset: position * MemoryLayout<Word>.size, as: Word.self))
    }
  }
}

extension StoredTensor {
  /// The elements, row-major.
  public var elements: StoredElements { StoredElements(self) }
}
