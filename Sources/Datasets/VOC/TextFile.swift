import Foundation

/// A list or result file of the devkit: lines of words, in ASCII but for names.
struct TextFile {
  let url: URL
  private let bytes: [UInt8]

  /// Reads a file. A byte order mark of UTF-8 at its start is read past; one of UTF-16 is an error, since no word would be
  /// found. Throws with the line for other bytes than UTF-8.
  init(_ data: Data, of url: URL) throws(DatasetError) {
    self.url = url
    if data.starts(with: [0xFF, 0xFE]) || data.starts(with: [0xFE, 0xFF]) {
      throw DatasetError("\(url.path) begins with the byte order mark of UTF-16; save it as UTF-8")
    }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    // The end mark lets the C library read numbers in place.
    bytes = [UInt8](data.dropFirst(data.starts(with: mark) ? mark.count : 0)) + [0]
    guard String(validating: bytes, as: UTF8.self) == nil else { return }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let bad = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
    throw DatasetError("\(url.path), line \(bad + 1): this is not UTF-8")
  }

  /// Hands every line with its number, from 1, to `body`. A line ends where Python's text files end it.
  func forEachLine(_ body: (Line) throws(DatasetError) -> Void) throws(DatasetError) {
    var line = Line(file: self, number: 0)
    var place = 0
    while place < bytes.count - 1 {
      line.number += 1
      line.words.removeAll(keepingCapacity: true)
      while bytes[place] != UInt8(ascii: "\n"), bytes[place] != UInt8(ascii: "\r"),
        place < bytes.count - 1
      {
        let start = place
        while place < bytes.count - 1, !bytes[place].isASCIISpace { place += 1 }
        if place > start { line.words.append(start..<place) } else { place += 1 }
      }
      // The end mark makes the second byte exist.
      if bytes[place] == UInt8(ascii: "\r"), bytes[place + 1] == UInt8(ascii: "\n") { place += 1 }
      place += 1
      try body(line)
    }
  }

  /// The words of a line.
  struct Line {
    fileprivate let file: TextFile
    fileprivate(set) var number: Int
    fileprivate var words: [Range<Int>] = []

    /// Words.
    var count: Int { words.count }

    /// Where it stands, for sentences.
    var spot: String { "\(file.url.path), line \(number)" }

    /// A word as the name of an image. Throws for what nobody sees or can compare: control characters, spaces, marks.
    func name(_ word: Int) throws(DatasetError) -> String {
      let bytes = file.bytes[words[word]]
      let name = String(decoding: bytes, as: UTF8.self)
      if bytes.allSatisfy({ (0x21...0x7E).contains($0) }) { return name }
      if let bad = name.unicodeScalars.first(where: \.isInvisible) {
        let code = String(bad.value, radix: 16, uppercase: true)
        let digits = String(repeating: "0", count: max(0, 4 - code.count)) + code
        let mark = bad.value == 0xFEFF ? ", a byte order mark" : ""
        throw DatasetError("\(spot): the image id holds the invisible character U+\(digits)\(mark)")
      }
      return name
    }

    /// The finite decimal number that a word is; nil where it is none.
    func number(_ word: Int) -> Double? {
      let range = words[word]
      return file.bytes.withUnsafeBufferPointer { buffer in
        guard buffer[range].allSatisfy(\.isOfDecimal), let base = buffer.baseAddress else {
          return nil
        }
        // A byte that no number holds follows the word.
        let first = UnsafeRawPointer(base + range.lowerBound).assumingMemoryBound(to: CChar.self)
        var end: UnsafeMutablePointer<CChar>?
        let value = strtod(first, &end)
        let isWhole = end == UnsafeMutablePointer(mutating: first) + range.count
        return isWhole && value.isFinite ? value : nil
      }
    }
  }
}

extension UInt8 {
  /// White space within and between lines.
  fileprivate var isASCIISpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }

  /// Whether a decimal number may hold it. The C library and Swift read hexadecimal numbers, infinities and more, too,
  /// where other programs refuse them.
  var isOfDecimal: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isInvisible: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator: true
    default: false
    }
  }
}
