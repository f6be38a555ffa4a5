import DurableFiles
public import Foundation

/// A result file of the devkit, `comp4_det_test_CLASS.txt`: one detection per line, image id, score, left, top, right,
/// bottom.
public struct DetectionFile: Sendable {
  /// One line.
  public struct Entry: Hashable, Sendable {
    /// Id of the image.
    public let image: String
    /// Confidence.
    public let score: Double
    /// Left, top, right, bottom; 1-based, inclusive. It may reach out of the image.
    public let box: [Double]
    /// Line of the file, from 1.
    public let line: Int
  }

  /// Where it lies.
  public let url: URL
  /// In file order.
  public let entries: [Entry]

  /// The name of a class's file.
  public static func name(set: String, class name: String) -> String {
    "comp4_det_\(set)_\(name).txt"
  }

  /// The text of a line, with every digit that reading it back needs.
  public static func line(image: String, score: Float, box: [Double]) -> String {
    "\(image) \(score) " + box.map { "\($0)" }.joined(separator: " ")
  }

  /// Reads a file. Throws a sentence with file and line for a line that is no detection.
  public init(contentsOf url: URL) throws(DatasetError) {
    let data: Data
    do { data = try Data(contentsOf: url) } catch {
      throw DatasetError("cannot read \(url.path): \(error.reason)")
    }
    self.url = url
    var entries: [Entry] = []
    // The end mark lets the C library read numbers in place.
    let bytes = [UInt8](data) + [0]
    var start = 0
    var number = 0
    while start < data.count {
      let end = bytes[start..<data.count].firstIndex(of: UInt8(ascii: "\n")) ?? data.count
      number += 1
      if let entry = try Self.entry(bytes, start..<end, number, url) { entries.append(entry) }
      start = end + 1
    }
    self.entries = entries
  }

  /// The detection of a line; nil for an empty one.
  private static func entry(_ bytes: [UInt8], _ line: Range<Int>, _ number: Int, _ url: URL)
    throws(DatasetError) -> Entry?
  {
    var words: [Range<Int>] = []
    var place = line.lowerBound
    while place < line.upperBound {
      if bytes[place].isSpace {
        place += 1
        continue
      }
      var end = place
      while end < line.upperBound && !bytes[end].isSpace { end += 1 }
      words.append(place..<end)
      place = end
    }
    guard let image = words.first else { return nil }
    let spot = "\(url.path), line \(number)"
    guard words.count == 6 else {
      throw DatasetError(
        "\(spot): a detection is image, score, left, top, right, bottom; this has \(words.count) words"
      )
    }
    let numbers = words.dropFirst().compactMap { word in double(bytes, word) }
    guard numbers.count == 5, numbers.allSatisfy(\.isFinite) else {
      throw DatasetError("\(spot): score and box must be finite numbers")
    }
    let box = Array(numbers.dropFirst())
    guard box[0] <= box[2], box[1] <= box[3] else {
      throw DatasetError("\(spot): the box \(box) is inverted or empty")
    }
    return Entry(
      image: String(decoding: bytes[image], as: UTF8.self), score: numbers[0], box: box,
      line: number)
  }

  /// The number that a word is; nil where it is none. A byte that no number holds follows the word.
  private static func double(_ bytes: [UInt8], _ word: Range<Int>) -> Double? {
    bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return nil }
      let first = UnsafeRawPointer(base + word.lowerBound).assumingMemoryBound(to: CChar.self)
      var end: UnsafeMutablePointer<CChar>?
      let value = strtod(first, &end)
      return end == UnsafeMutablePointer(mutating: first) + word.count ? value : nil
    }
  }
}

extension UInt8 {
  fileprivate var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
