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
    var places: [String: (line: Int, name: String)] = [:]
    // The sets of single classes have a second column.
    try TextFile(data, of: file).forEachLine { line throws(DatasetError) in
      guard line.count > 0 else { return }
      let image = try line.name(0)
      guard !image.contains("/"), !image.hasPrefix(".") else {
        throw DatasetError("\(line.spot): \"\(image)\" is no image id")
      }
      if let before = places.updateValue((line.number, image), forKey: image) {
        // Equal strings may have other bytes: an accented letter is one character or two.
        let isSame = before.name.utf8.elementsEqual(image.utf8)
        throw DatasetError(
          "\(line.spot): \(image) stands in line \(before.line) too"
            + (isSame ? "" : ", in another Unicode form (NFC or NFD) of the same name"))
      }
      images.append(image)
    }
    guard !images.isEmpty else { throw DatasetError("\(file.path) names no image") }
    return images
  }
}
