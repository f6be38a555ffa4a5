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
    /// 1-based pixels, both ends inclusive. The box may reach out of the image, and may be inverted.
    public let left, top, right, bottom: Double
    /// Line of the file, from 1.
    public let line: Int

    /// Whether the right side lies left of the left one, or the bottom above the top. The devkit's rule makes it a false
    /// detection.
    public var isInverted: Bool { right < left || bottom < top }
  }

  /// Where it lies.
  public let url: URL
  /// In file order.
  public let entries: [Entry]

  /// The name of a class's file, as the devkit has it.
  public static func name(set: String, class name: String) -> String {
    fileName(prefix: "comp4_", set: set, class: name)
  }

  /// The name of a class's file with something else in front. A set's name may hold its task; a file's may not.
  public static func fileName(prefix: String, set: String, class name: String) -> String {
    "\(prefix)det_\(set.replacingOccurrences(of: "/", with: "_"))_\(name).txt"
  }

  /// What stands before `det_SET_CLASS.txt` in the name of a class's file; nil for other names. The devkit's is `comp4_`;
  /// other programs put a number of their own behind it, or nothing there at all.
  public static func prefix(of file: String, set: String, class name: String) -> String? {
    let ending = fileName(prefix: "", set: set, class: name)
    guard file.hasSuffix(ending) else { return nil }
    let prefix = String(file.dropLast(ending.count))
    return prefix.isEmpty || prefix.hasSuffix("_") ? prefix : nil
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
    try TextFile(data, of: url).forEachLine { line throws(DatasetError) in
      if line.count > 0 { entries.append(try Entry(line)) }
    }
    self.entries = entries
  }
}

extension DetectionFile.Entry {
  fileprivate init(_ line: TextFile.Line) throws(DatasetError) {
    guard line.count == 6 else {
      throw DatasetError(
        "\(line.spot): a detection is image, score, left, top, right, bottom; this has \(line.count) words"
      )
    }
    image = try line.name(0)
    guard let score = line.number(1), let left = line.number(2), let top = line.number(3),
      let right = line.number(4), let bottom = line.number(5)
    else { throw DatasetError("\(line.spot): score and box must be finite numbers") }
    self.score = score
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
    self.line = line.number
  }
}
