/// Takes the elements of a MATLAB 5 file one by one; none can reach beyond its bytes.
struct MATLABCursor {
  /// Types of elements, by the numbers of the format.
  enum Kind: UInt32 {
    case int8 = 1
    case uint8 = 2
    case int16 = 3
    case uint16 = 4
    case int32 = 5
    case uint32 = 6
    case single = 7
    case double = 9
    case int64 = 12
    case uint64 = 13
    case matrix = 14
    case compressed = 15
    case utf8 = 16
    case utf16 = 17
    case utf32 = 18

    /// Bytes of a number, nil for what holds none.
    var numberSize: Int? {
      switch self {
      case .int8, .uint8: 1
      case .int16, .uint16: 2
      case .int32, .uint32, .single: 4
      case .double, .int64, .uint64: 8
      case .matrix, .compressed, .utf8, .utf16, .utf32: nil
      }
    }

    /// Bytes of a character where all have the same, nil for what holds none.
    var textSize: Int? {
      switch self {
      case .int8, .uint8, .utf8: 1
      case .uint16, .utf16: 2
      case .utf32: 4
      default: nil
      }
    }
  }

  /// An element without its padding.
  struct Element {
    let type: Kind
    let data: ArraySlice<UInt8>
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  /// Word `index` of `data`, least byte first; the caller knows that it is there.
  static func word(_ data: ArraySlice<UInt8>, _ index: Int) -> UInt32 {
    let start = data.startIndex + 4 * index
    return data[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The next element. Those of a file are not padded, those of an array are.
  mutating func next(isPadded: Bool = true) throws(MATLABStructure.Flaw) -> Element {
    guard rest.count >= 8 else { throw .init("it ends within an element") }
    let word = Self.word(rest, 0)
    // Up to four bytes of data fit into the tag, whose upper half then counts them.
    let isSmall = word >> 16 != 0
    guard let type = Kind(rawValue: word & 0xFFFF) else {
      throw .init("there is no type of elements with the number \(word & 0xFFFF)")
    }
    let count = Int(isSmall ? word >> 16 : Self.word(rest, 1))
    guard !isSmall || (isPadded && count <= 4) else {
      throw .init("an element in short form has \(count) bytes")
    }
    let start = rest.startIndex + (isSmall ? 4 : 8)
    guard count <= rest.endIndex - start else { throw .init("it ends within an element") }
    let data = rest[start..<start + count]
    let size = isSmall ? 8 : 8 + (isPadded ? (count + 7) / 8 * 8 : count)
    guard size <= rest.count else { throw .init("it ends within the padding of an element") }
    rest = rest.dropFirst(size)
    return Element(type: type, data: data)
  }

  /// The content of the next element, which must be an array.
  mutating func array() throws(MATLABStructure.Flaw) -> ArraySlice<UInt8> {
    let element = try next()
    guard element.type == .matrix, element.data.count % 8 == 0 else {
      throw .init("a cell or a field is no array")
    }
    return element.data
  }

  /// The next element as integers that are not negative; `count` of them where it is given.
  mutating func integers(count: Int?) throws(MATLABStructure.Flaw) -> [Int] {
    let element = try next()
    guard element.type == .int32, element.data.count % 4 == 0,
      count.map({ $0 == element.data.count / 4 }) ?? true
    else { throw .init("counts or dimensions are not where they belong") }
    var values: [Int] = []
    values.reserveCapacity(element.data.count / 4)
    for index in 0..<element.data.count / 4 {
      let word = Self.word(element.data, index)
      guard word <= UInt32(Int32.max) else { throw .init("a count or a dimension is negative") }
      values.append(Int(word))
    }
    return values
  }
}
