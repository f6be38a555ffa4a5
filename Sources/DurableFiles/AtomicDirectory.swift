public import Foundation

/// Directories that are either whole or not there, whatever happens to the processes that make them.
public enum AtomicDirectory {
  /// Calls `body` with a new directory beside `url` and renames it to `url`. Processes that make the same one wait for each
  /// other where the file system has locks; those that come later find it and get false. What one left that was killed is
  /// removed.
  public static func make(_ url: URL, _ body: (URL) throws -> Void) throws -> Bool {
    let parent = url.deletingLastPathComponent()
    try FileError.makeDirectory(parent)
    let lock = open(parent.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard lock >= 0 else { throw FileError.system("open", parent.path) }
    defer { close(lock) }
    while flock(lock, LOCK_EX) != 0 && errno == EINTR {}
    guard !FileManager.default.fileExists(atPath: url.path) else { return false }
    let partial = parent.appendingPathComponent(
      url.lastPathComponent + AtomicFile.temporaryEnding)
    if FileManager.default.fileExists(atPath: partial.path) { try FileError.remove(partial) }
    try FileError.makeDirectory(partial)
    try body(partial)
    guard rename(partial.path, url.path) == 0 else {
      throw FileError.system("make the directory", url.path)
    }
    return true
  }
}
