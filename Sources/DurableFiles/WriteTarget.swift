import Foundation

/// What a path that is to be written names, after its links.
enum WriteTarget {
  /// A regular file with its permissions, or none yet, which another one may replace.
  case file(path: String, permissions: mode_t?)
  /// A device or a pipe: replacing it would not reach who waits behind it.
  case throughIt(String)
  /// A file that this process has open, under a name such as `/dev/stdout`.
  case open(Int32)

  /// As many links as the system follows.
  private static let mostLinks = 40

  /// Throws for a directory and for links that lead nowhere.
  init(_ path: String) throws(FileError) {
    var place = path
    for _ in 0...Self.mostLinks {
      if let descriptor = Self.descriptor(place) {
        self = .open(descriptor)
        return
      }
      var status = stat()
      guard lstat(place, &status) == 0 else {
        // What is wrong with a directory on the way is said when the file is made.
        self = .file(path: place, permissions: nil)
        return
      }
      switch status.st_mode & S_IFMT {
      case S_IFLNK: place = try Self.destination(of: place)
      case S_IFDIR: throw FileError("\(place) is a directory: name a file")
      case S_IFREG:
        self = .file(path: place, permissions: status.st_mode & 0o777)
        return
      default:
        self = .throughIt(place)
        return
      }
    }
    throw FileError("\(path) is a link that leads in a circle")
  }

  /// Where names such as `/dev/stdout` lead; what they show as a link's destination need not be a path.
  private static func descriptor(_ path: String) -> Int32? {
    for folder in ["/proc/self/fd/", "/dev/fd/"] where path.hasPrefix(folder) {
      return Int32(path.dropFirst(folder.count))
    }
    return nil
  }

  private static func destination(of link: String) throws(FileError) -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(link, &buffer, buffer.count)
    guard count >= 0 else { throw .system("follow", link) }
    let destination = String(
      decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard !destination.hasPrefix("/") else { return destination }
    return ((link as NSString).deletingLastPathComponent as NSString)
      .appendingPathComponent(destination)
  }
}
