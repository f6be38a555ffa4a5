public import Foundation

/// A file operation failed; `message` says what, where and why.
public struct FileError: Error, CustomStringConvertible, Sendable {
  /// One sentence with the path and the system's reason.
  public let description: String

  /// Makes an error from a sentence.
  public init(_ description: String) { self.description = description }

  /// Makes an error from the current `errno`.
  static func system(_ action: String, _ path: String) -> FileError {
    FileError("cannot \(action) \(path): \(String(cString: strerror(errno)))")
  }
}

/// Writes that either happen whole or not at all.
public enum AtomicFile {
  /// How the names of temporary files end.
  package static let temporaryEnding = ".partial"

  /// Replaces the file at `url` by `data`: writes a temporary file beside it, syncs it, renames it over
  /// the old one and syncs the directory. On any failure (full disk, read-only directory) the old file
  /// stays as it was and the temporary one is removed.
  ///
  /// A link is followed, a device, a pipe or an open file's name is written through, a directory is refused.
  public static func write(_ data: Data, to url: URL) throws(FileError) {
    switch try WriteTarget(url.path) {
    case .throughIt(let path): try writeThrough(data, to: open(path, O_WRONLY | O_CLOEXEC), path)
    // A copy of the open file's number shares its position.
    case .open(let descriptor): try writeThrough(data, to: dup(descriptor), url.path)
    case .file(let path, let permissions):
      let temporary = "\(path).\(getpid())\(temporaryEnding)"
      try writeAndSync(data, to: temporary, permissions)
      guard rename(temporary, path) == 0 else {
        let error = FileError.system("replace", path)
        unlink(temporary)
        throw error
      }
      syncDirectory(of: path)
    }
  }

  /// Replaces the file at `url` by the UTF-8 bytes of `text`.
  public static func write(_ text: String, to url: URL) throws(FileError) {
    try write(Data(text.utf8), to: url)
  }

  /// Syncs the file at `url`, renames it to `target` (replacing what is there, following links) and syncs the
  /// directory.
  public static func move(_ url: URL, to target: URL) throws(FileError) {
    guard case .file(let path, _) = try WriteTarget(target.path) else {
      throw FileError("\(target.path) is no regular file: name another one")
    }
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("open", url.path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .system("write", url.path) }
    guard rename(url.path, path) == 0 else { throw .system("replace", path) }
    syncDirectory(of: path)
  }

  private static func writeAndSync(_ data: Data, to path: String, _ permissions: mode_t?)
    throws(FileError)
  {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .system("create", path) }
    // Where the system does not let us keep them, a new file's permissions are as good.
    if let permissions { fchmod(descriptor, permissions) }
    let written = data.withUnsafeBytes { writeAll($0, to: descriptor) }
    guard written, fsync(descriptor) == 0, close(descriptor) == 0 else {
      let error = FileError.system("write", path)
      close(descriptor)
      unlink(path)
      throw error
    }
  }

  private static func writeThrough(_ data: Data, to descriptor: Int32, _ path: String)
    throws(FileError)
  {
    guard descriptor >= 0 else { throw .system("open", path) }
    guard data.withUnsafeBytes({ writeAll($0, to: descriptor) }), close(descriptor) == 0 else {
      let error = FileError.system("write", path)
      close(descriptor)
      throw error
    }
  }

  private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var rest = bytes
    while let start = rest.baseAddress, rest.count > 0 {
      let count = Foundation.write(descriptor, start, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
    return true
  }

  private static func syncDirectory(of file: String) {
    let path = (file as NSString).deletingLastPathComponent
    let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
