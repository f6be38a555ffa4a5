/// An integer of any size, as Python's.
struct WideInteger: Equatable, CustomStringConvertible {
  /// Two's complement, little-endian.
  let bytes: [UInt8]

  /// The decimal digits.
  var description: String {
    let isNegative = (bytes.last ?? 0) & 0x80 != 0
    var magnitude = bytes
    if isNegative {
      var carry = true
      for index in magnitude.indices {
        let (sum, overflow) = (~magnitude[index]).addingReportingOverflow(carry ? 1 : 0)
        (magnitude[index], carry) = (sum, overflow)
      }
    }
    var digits: [String] = []
    while let last = magnitude.last {
      guard last != 0 else {
        magnitude.removeLast()
        continue
      }
      var rest = 0
      for index in magnitude.indices.reversed() {
        let part = rest << 8 | Int(magnitude[index])
        magnitude[index] = UInt8(part / 10)
        rest = part % 10
      }
      digits.append(String(rest))
    }
    return (isNegative ? "-" : "") + (digits.isEmpty ? "0" : digits.reversed().joined())
  }
}
