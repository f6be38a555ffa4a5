import DurableFiles
import Foundation

/// Where photos lie, by class folder and name: in files below a directory, or at places of one archive.
struct PhotoIndex: Sendable {
  /// What holds the photos.
  enum Container: Hashable, Sendable {
    case directory(URL)
    case archive(URL)

    var url: URL {
      switch self {
      case .directory(let url), .archive(let url): url
      }
    }
  }

  /// One photo.
  struct Entry: Hashable, Sendable {
    /// Its class folder; empty where an archive has none.
    let folder: String
    /// Its path below the folder.
    let name: String
    /// Where its bytes begin in the archive; 0 for a file.
    let offset: Int
    /// Bytes.
    let size: Int
    /// When the file changed, nanoseconds since 1970; 0 in an archive.
    let modified: Int
    /// Half of the SHA-256 of the contents; nil while nobody has read them.
    var digest: ContentDigest?

    var path: String { folder.isEmpty ? name : "\(folder)/\(name)" }

    /// Class by class, in a class by name.
    static func precedes(_ first: Entry, _ second: Entry) -> Bool {
      (first.folder, first.name) < (second.folder, second.name)
    }
  }

  let container: Container
  var entries: [Entry]

  /// Names of files that are photos; the others are passed over.
  private static let endings = [".jpeg", ".jpg", ".png"]

  static func isPhoto(_ name: some StringProtocol) -> Bool {
    !name.hasPrefix(".") && endings.contains { name.lowercased().hasSuffix($0) }
  }

  /// Throws the first class folder of `folders` without a photo.
  func checkFolders(_ folders: [String]) throws(DatasetError) {
    let full = Set(entries.lazy.map(\.folder))
    if let empty = folders.first(where: { !full.contains($0) }) {
      throw DatasetError(
        "the class folder \(container.url.appendingPathComponent(empty).path) holds no photo: remove it, or put "
          + "its photos back")
    }
  }
}

/// The first 128 bits of a SHA-256.
struct ContentDigest: Hashable, Sendable, CustomStringConvertible {
  let high: UInt64
  let low: UInt64

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  init(of bytes: [UInt8]) {
    let digits = Digest.sha256(bytes)
    // Sixteen hexadecimal digits are a number of 64 bits.
    high = UInt64(digits.prefix(16), radix: 16) ?? 0
    low = UInt64(digits.dropFirst(16).prefix(16), radix: 16) ?? 0
  }

  /// 32 hexadecimal digits.
  var description: String {
    [high, low].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
