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
      throw DatasetError("cannot read \(url.path): \(error.localizedDescription)")
    }
    self.url = url
    var entries: [Entry] = []
    for (number, line) in data.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    )
    .enumerated() {
      let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
      guard !words.isEmpty else { continue }
      let place = "\(url.path), line \(number + 1)"
      guard words.count == 6 else {
        throw DatasetError(
          "\(place): a detection is image, score, left, top, right, bottom; this has \(words.count) words"
        )
      }
      let numbers = words.dropFirst().compactMap { Double($0) }
      guard numbers.count == 5, numbers.allSatisfy(\.isFinite) else {
        throw DatasetError("\(place): score and box must be finite numbers")
      }
      let box = Array(numbers.dropFirst())
      guard box[0] <= box[2], box[1] <= box[3] else {
        throw DatasetError("\(place): the box \(box) is inverted or empty")
      }
      entries.append(
        Entry(image: String(words[0]), score: numbers[0], box: box, line: number + 1))
    }
    self.entries = entries
  }
}
