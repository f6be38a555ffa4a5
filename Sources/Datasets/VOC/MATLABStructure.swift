import Images

/// The check of a MATLAB 5 file's structure: every element lies within the one around it, has a type that fits its
/// place and exactly as many values as the array's dimensions say.
///
/// The format: 128 bytes of header, then elements of a tag (type, bytes) and their data, padded to 8 bytes. An array is an
/// element of elements: flags, dimensions, name, values. Arrays of the kinds that segmentations need are accepted:
/// numbers, text, sparse matrices, cells and structs.
struct MATLABStructure {
  /// What is wrong with a file.
  struct Flaw: Error {
    let sentence: String

    init(_ sentence: String) { self.sentence = sentence }
  }

  /// Bytes that a file may hold after decompression.
  static let largestContent = 1 << 27
  /// Arrays within arrays.
  private static let deepestArray = 6
  /// The most arrays of a file that needs no more.
  static let usualArrays = 10_000
  private static let headerSize = 128

  private let mostArrays: Int
  private var arrays = 0
  private var rest = MATLABStructure.largestContent

  private init(mostArrays: Int) { self.mostArrays = mostArrays }

  /// Throws the first contradiction; more than `mostArrays` is one.
  static func check(_ file: [UInt8], mostArrays: Int = usualArrays) throws(Flaw) {
    guard file.count > headerSize else {
      throw Flaw("it has \(file.count) bytes, the header alone has \(headerSize)")
    }
    guard file[126] == UInt8(ascii: "I"), file[127] == UInt8(ascii: "M") else {
      throw Flaw("its header does not end with the mark of a little-endian file")
    }
    guard file[124] == 0, file[125] == 1 else {
      throw Flaw("it has another version of the format (newer ones are HDF5)")
    }
    var structure = MATLABStructure(mostArrays: mostArrays)
    var cursor = MATLABCursor(file[headerSize...])
    while !cursor.isAtEnd {
      let element = try cursor.next(isPadded: false)
      switch element.type {
      case .compressed:
        let content = try MATLABFile.inflated(element.data, limit: structure.rest)
        structure.rest -= content.count
        var inner = MATLABCursor(content[...])
        let array = try inner.next(isPadded: false)
        guard array.type == .matrix, inner.isAtEnd else {
          throw Flaw("a compressed part is not one array")
        }
        try structure.checkArray(array.data, depth: 0)
      case .matrix:
        guard element.data.count % 8 == 0 else {
          throw Flaw("an array does not end on a multiple of 8 bytes")
        }
        try structure.checkArray(element.data, depth: 0)
      default:
        throw Flaw("an element of the file is no array")
      }
    }
    guard structure.arrays > 0 else { throw Flaw("it holds no array") }
  }

  private mutating func checkArray(_ data: ArraySlice<UInt8>, depth: Int) throws(Flaw) {
    arrays += 1
    guard arrays <= mostArrays, depth <= Self.deepestArray else {
      throw Flaw("it holds too many arrays, or too many within each other")
    }
    // A cell or field without content.
    if data.isEmpty && depth > 0 { return }
    var cursor = MATLABCursor(data)
    let head = try Head(&cursor)
    guard depth > 0 || !head.isNameless else { throw Flaw("an array has no name") }
    switch head.kind {
    case .cell:
      for _ in 0..<head.count { try checkArray(try cursor.array(), depth: depth + 1) }
    case .structure:
      try checkFields(&cursor, head, depth: depth)
    case .text:
      let text = try cursor.next()
      guard let size = text.type.textSize, text.data.count == size * head.count else {
        throw Flaw("a text has another length than its array")
      }
    case .sparse:
      try checkSparse(&cursor, head)
    case .number:
      for _ in 0..<(head.isComplex ? 2 : 1) { try checkNumbers(try cursor.next(), head.count) }
    }
    guard cursor.isAtEnd else { throw Flaw("an array holds more than its dimensions say") }
  }

  private mutating func checkFields(
    _ cursor: inout MATLABCursor, _ head: Head, depth: Int
  ) throws(Flaw) {
    let lengths = try cursor.integers(count: 1)
    let names = try cursor.next()
    guard let length = lengths.first, (2...64).contains(length), names.type == .int8,
      names.data.count % length == 0
    else { throw Flaw("the fields of a struct have no proper names") }
    let fields = names.data.count / length
    for field in 0..<fields {
      let start = names.data.startIndex + field * length
      let name = names.data[start..<start + length]
      guard name.first != 0, name.last == 0 else {
        throw Flaw("the fields of a struct have no proper names")
      }
    }
    let (total, overflows) = fields.multipliedReportingOverflow(by: head.count)
    guard !overflows, total <= mostArrays else { throw Flaw("it holds too many arrays") }
    for _ in 0..<total { try checkArray(try cursor.array(), depth: depth + 1) }
  }

  private func checkSparse(_ cursor: inout MATLABCursor, _ head: Head) throws(Flaw) {
    let rows = try cursor.integers(count: nil)
    let starts = try cursor.integers(count: head.columns + 1)
    guard starts.first == 0, let last = starts.last, last <= rows.count,
      zip(starts, starts.dropFirst()).allSatisfy(<=), rows.allSatisfy({ $0 < max(head.rows, 1) })
    else { throw Flaw("the places of a sparse matrix contradict each other") }
    for _ in 0..<(head.isComplex ? 2 : 1) {
      let values = try cursor.next()
      guard let size = values.type.numberSize, values.data.count % size == 0,
        values.data.count / size >= last
      else { throw Flaw("a sparse matrix has fewer values than places") }
    }
  }

  private func checkNumbers(_ element: MATLABCursor.Element, _ count: Int) throws(Flaw) {
    guard let size = element.type.numberSize, element.data.count == size * count else {
      throw Flaw("an array has another number of values than its dimensions say")
    }
  }
}

extension MATLABStructure {
  /// What stands in front of an array's values.
  fileprivate struct Head {
    enum Kind { case cell, structure, text, sparse, number }

    let kind: Kind
    let isComplex: Bool
    let isNameless: Bool
    let rows: Int
    let columns: Int

    /// Values, cells or structs.
    let count: Int

    private static let complexFlag: UInt32 = 0x0800
    private static let longestName = 63

    init(_ cursor: inout MATLABCursor) throws(Flaw) {
      let flags = try cursor.next()
      guard flags.type == .uint32, flags.data.count == 8 else {
        throw Flaw("an array does not begin with its flags")
      }
      let word = MATLABCursor.word(flags.data, 0)
      switch word & 0xFF {
      case 1: kind = .cell
      case 2: kind = .structure
      case 4: kind = .text
      case 5: kind = .sparse
      case 6...15: kind = .number
      default: throw Flaw("an array is of a class that no segmentation needs (\(word & 0xFF))")
      }
      isComplex = word & Self.complexFlag != 0
      let sizes = try cursor.integers(count: 2)
      (rows, columns) = (sizes[0], sizes[1])
      let (product, overflows) = rows.multipliedReportingOverflow(by: columns)
      // Of a sparse matrix only the places are stored.
      guard !overflows, kind == .sparse || product <= ImageFile.largestImage else {
        throw Flaw("an array of \(rows) x \(columns) is too large")
      }
      count = product
      let name = try cursor.next()
      guard name.type == .int8, name.data.count <= Self.longestName, !name.data.contains(0) else {
        throw Flaw("an array has no proper name")
      }
      isNameless = name.data.isEmpty
    }
  }
}
