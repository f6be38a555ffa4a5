import CheckpointFormat
import Foundation

/// The type of a NumPy scalar, which checkpoints hold beside their weights: a best accuracy, a rate.
struct NumPyType: Equatable {
  private enum Kind: Character { case float = "f", signed = "i", unsigned = "u", bool = "b" }

  private let kind: Kind
  private let byteCount: Int

  /// Reads `dtype(text, align, copy)` with a text such as `f8`.
  init(_ arguments: [PickleValue]) throws(CheckpointError) {
    guard arguments.count == 3, let text = arguments[0].text, arguments[1].bool == false,
      arguments[2].bool == true, let kind = text.first.flatMap(Kind.init(rawValue:)),
      let count = Int(text.dropFirst()), "\(kind.rawValue)\(count)" == text
    else { throw Self.unknown }
    switch (kind, count) {
    case (.float, 2), (.float, 4), (.float, 8), (.bool, 1): break
    case (.signed, 1), (.signed, 2), (.signed, 4), (.signed, 8): break
    case (.unsigned, 1), (.unsigned, 2), (.unsigned, 4), (.unsigned, 8): break
    default: throw Self.unknown
    }
    self.kind = kind
    byteCount = count
  }

  /// Throws unless `state` is that of a plain little-endian type.
  func check(state: PickleValue) throws(CheckpointError) {
    guard let items = state.tuple, items.count == 8, items[0].integer == 3,
      let order = items[1].text, order == "<" || order == "|" && byteCount == 1,
      items[2...4].allSatisfy({ if case .none = $0 { true } else { false } }),
      items[5].integer == -1, items[6].integer == -1, items[7].integer == 0
    else { throw Self.unknown }
  }

  /// The number that these bytes are.
  func scalar(_ bytes: [UInt8]) throws(CheckpointError) -> PickleValue {
    guard bytes.count == byteCount else {
      throw CheckpointError(
        .sizeMismatch, "a NumPy scalar of \(byteCount) bytes holds \(bytes.count)")
    }
    switch kind {
    case .bool:
      guard bytes[0] <= 1 else { throw Self.unknown }
      return .bool(bytes[0] == 1)
    case .float:
      let type: ElementType =
        byteCount == 8 ? .float64 : byteCount == 4 ? .float32 : .float16
      let tensor = try StoredTensor(
        name: "NumPy scalar", elementType: type, shape: [], bytes: Data(bytes))
      return .number(tensor.values()[0])
    case .signed: return .init(littleEndian: bytes)
    // The zero keeps the highest bit from being a sign.
    case .unsigned: return .init(littleEndian: bytes + [0])
    }
  }

  private static let unknown = CheckpointError(
    .unsupportedContent, "the pickle holds a NumPy scalar of a type that is no plain number")
}

extension PickleValue {
  /// An integer from its digits in two's complement.
  init(littleEndian digits: [UInt8]) {
    let fill: UInt8 = (digits.last ?? 0) & 0x80 == 0 ? 0 : 0xFF
    let low = Int(
      truncatingIfNeeded: (0..<8).reduce(UInt64(0)) {
        $0 | UInt64($1 < digits.count ? digits[$1] : fill) << (8 * UInt64($1))
      })
    // Whatever follows the low 64 bits must repeat their sign.
    let sign: UInt8 = low < 0 ? 0xFF : 0
    self =
      digits.dropFirst(8).allSatisfy { $0 == sign }
      ? .integer(low) : .wideInteger(WideInteger(bytes: digits))
  }
}
