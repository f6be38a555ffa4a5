import Foundation

/// A list of image ids, one a line; what follows an id in its line is not read.
enum ImageSetFile {
  /// Lists have some ten thousand lines.
  private static let largestFile = 1 << 24

  /// The ids in file order. Throws for a file that cannot be read or names no image, and with the line for an id that
  /// stands in it twice or is no name of a file.
  static func read(_ file: URL, ifMissing advice: String) throws(DatasetError) -> [String] {
    guard let data = try? Data(contentsOf: file) else {  // The advice says more than the reason.
      throw DatasetError("cannot read \(file.path): \(advice)")
    }
    guard data.count <= largestFile else {
      throw DatasetError("\(file.path) has \(data.count) bytes, too many for a list of images")
    }
    var images: [String] = []
    var lines: [String: Int] = [:]
    for (number, line) in String(decoding: data, as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
    {
      // The sets of single classes have a second column.
      guard let image = line.split(whereSeparator: \.isWhitespace).first.map(String.init) else {
        continue
      }
      guard !image.contains("/"), !image.hasPrefix("."), !image.contains("\0") else {
        throw DatasetError("\(file.path), line \(number + 1): \"\(image)\" is no image id")
      }
      if let before = lines.updateValue(number + 1, forKey: image) {
        throw DatasetError(
          "\(file.path), line \(number + 1): \(image) stands in line \(before) too")
      }
      images.append(image)
    }
    guard !images.isEmpty else { throw DatasetError("\(file.path) names no image") }
    return images
  }
}
