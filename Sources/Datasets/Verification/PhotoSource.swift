import Foundation
import Images

/// What a verification has to know of a layout.
protocol PhotoSource: Sendable {
  /// Where the files lie.
  var directory: URL { get }

  /// Whether it has the lists of the manifest.
  var hasOwnLists: Bool { get }

  /// The path of a list of images below the directory.
  func list(_ set: String) -> String
  /// The ids in a list.
  func images(in set: String) throws(DatasetError) -> [String]
  /// Images outside of all lists that are checked, too.
  func others() -> [String]
  /// What the files of an image are like; `sets` are the lists that name it.
  func check(_ image: String, sets: Set<String>, isQuick: Bool) -> [PhotoFile]
}

/// What became of one file.
struct PhotoFile: Sendable {
  enum State {
    case good
    /// A sentence that names the file.
    case bad(String)
    /// The path below the directory.
    case missing(String)
  }

  let kind: String
  let state: State

  static func good(_ kind: String) -> PhotoFile { PhotoFile(kind: kind, state: .good) }

  static func bad(_ kind: String, _ sentence: String) -> PhotoFile {
    PhotoFile(kind: kind, state: .bad(sentence))
  }

  static func missing(_ kind: String, _ path: String) -> PhotoFile {
    PhotoFile(kind: kind, state: .missing(path))
  }
}

/// Width and height.
struct PixelSize: Equatable, CustomStringConvertible {
  let width: Int
  let height: Int

  var description: String { "\(width) x \(height)" }
}

extension PhotoSource {
  /// The whole path of a file.
  func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

  /// Whether a path below the directory leads to a file.
  func isFile(_ name: String) -> Bool {
    var status = stat()
    return stat(path(name), &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Decodes a photo (or reads its header) and compares its size with `expected`, nil where nobody states one. The second
  /// value is the size.
  func checkPhoto(
    _ name: String, expected: PixelSize?, isQuick: Bool
  ) -> (PhotoFile, PixelSize?) {
    do throws(ImageError) {
      let url = directory.appendingPathComponent(name)
      let size: PixelSize
      if isQuick {
        let header = try ImageFile.size(of: url)
        size = PixelSize(width: header.width, height: header.height)
      } else {
        let photo = try ImageFile.photo(url)
        size = PixelSize(width: photo.width, height: photo.height)
      }
      guard let expected, expected != size else { return (.good("photos"), size) }
      return (
        .bad("photos", "\(path(name)) has \(size) pixels, its annotation says \(expected)"), size
      )
    } catch {
      return (.bad("photos", error.description), nil)
    }
  }

  /// Compares a mask with the size of its photo, nil where there is none, and looks at its classes.
  func checkMask(_ name: String, _ mask: Raster, expected: PixelSize?) -> PhotoFile {
    let size = PixelSize(width: mask.width, height: mask.height)
    if let expected, expected != size {
      return .bad("masks", "\(path(name)) has \(size) pixels, its photo has \(expected)")
    }
    let largest = UInt8(VOCDevkit.classes.count)
    if let place = mask.bytes.firstIndex(where: { $0 > largest && $0 != VOCDevkit.void }) {
      return .bad(
        "masks",
        "\(path(name)) has the value \(mask.bytes[place]) in row \(place / mask.width + 1), column "
          + "\(place % mask.width + 1): classes are 0 to \(largest), void is \(VOCDevkit.void)")
    }
    return .good("masks")
  }
}

extension VOCDevkit {
  /// The value of pixels in masks that count nowhere.
  static let void: UInt8 = 255
}
