import Foundation

/// How many elements of a tensor are no finite numbers.
public struct NonFiniteCount: Sendable, Equatable {
  /// Elements that are NaN.
  public var nan = 0
  /// Elements that are infinite.
  public var infinite = 0

  /// Whether all are finite.
  public var isZero: Bool { nan == 0 && infinite == 0 }
}

extension StoredTensor {
  /// The elements as double-precision numbers; int64 beyond 2^53 is rounded.
  public func values() -> [Double] {
    switch elementType {
    case .float32: read(UInt32.self) { Double(Float(bitPattern: $0)) }
    case .float64: read(UInt64.self) { Double(bitPattern: $0) }
    case .float16: read(UInt16.self) { Double(HalfFloat.float($0)) }
    case .bfloat16: read(UInt16.self) { Double(Float(bitPattern: UInt32($0) << 16)) }
    case .int8: read(Int8.self) { Double($0) }
    case .uint8, .bool: read(UInt8.self) { Double($0) }
    case .int16: read(Int16.self) { Double($0) }
    case .int32: read(Int32.self) { Double($0) }
    case .int64: read(Int64.self) { Double($0) }
    }
  }

  /// A float32 tensor rounded to nearest, ties to even, in `type`, which is `float16` or `bfloat16`;
  /// tensors of other types stay as they are.
  public func rounded(to type: ElementType) -> StoredTensor {
    guard elementType == .float32, type == .float16 || type == .bfloat16 else { return self }
    let halves = read(UInt32.self) { bits -> UInt16 in
      type == .float16
        ? HalfFloat.bits(Float(bitPattern: bits)) : HalfFloat.brainBits(Float(bitPattern: bits))
    }
    let bytes = halves.map(\.littleEndian).withUnsafeBytes { Data($0) }
    return StoredTensor(unchecked: name, type, shape, bytes)
  }

  /// How many elements are NaN, and how many infinite.
  public var nonFiniteCount: NonFiniteCount {
    switch elementType {
    case .float32: count(UInt32.self, exponent: 0x7F80_0000)
    case .float64: count(UInt64.self, exponent: 0x7FF0_0000_0000_0000)
    case .float16: count(UInt16.self, exponent: 0x7C00)
    case .bfloat16: count(UInt16.self, exponent: 0x7F80)
    default: NonFiniteCount()
    }
  }

  /// Elements with all bits of the exponent set: infinite if no other bit but the sign is.
  private func count<Word: FixedWidthInteger>(_ word: Word.Type, exponent: Word) -> NonFiniteCount {
    var result = NonFiniteCount()
    let unsigned = ~(Word(1) << (Word.bitWidth - 1))
    for bits in read(word, { $0 & unsigned }) where bits & exponent == exponent {
      if bits == exponent { result.infinite += 1 } else { result.nan += 1 }
    }
    return result
  }

  private func read<Word: FixedWidthInteger, Value>(
    _ word: Word.Type, _ value: (Word) -> Value
  ) -> [Value] {
    bytes.withUnsafeBytes { buffer in
      (0..<(buffer.count / MemoryLayout<Word>.size)).map {
        let place = $0 * MemoryLayout<Word>.size
        return value(
          Word(littleEndian: buffer.loadUnaligned(fromByteOffset: place, as: Word.self)))
      }
    }
  }
}

/// binary16 and bfloat16 without the hardware's type, which Swift lacks on x86-64.
enum HalfFloat {
  static func float(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let (exponent, fraction) = (Int(bits >> 10 & 0x1F), Float(bits & 0x3FF))
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    // Infinities, and NaNs with the bits that they have.
    case 31:
      return Float(
        bitPattern: UInt32(bits & 0x8000) << 16 | 0x7F80_0000 | UInt32(bits & 0x3FF) << 13)
    default:
      return sign * (1 + fraction * 0x1p-10)
        * Float(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }

  static func bits(_ value: Float) -> UInt16 {
    let sign = UInt16(value.bitPattern >> 16) & 0x8000
    guard !value.isNaN else { return sign | 0x7E00 }
    let size = value.magnitude
    guard size < 65520 else { return sign | 0x7C00 }
    // Multiples of the spacing of binary16 at this size, rounded; a carry moves into the exponent.
    let exponent = max(size.isZero ? -14 : Int(size.exponent), -14)
    let spacing = Float(sign: .plus, exponent: exponent - 10, significand: 1)
    let steps = UInt16((size / spacing).rounded(.toNearestOrEven))
    return sign | (UInt16(exponent + 14) << 10 &+ steps)
  }

  static func brainBits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    guard !value.isNaN else { return UInt16(bits >> 16) | 0x40 }
    return UInt16((bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
  }
}
