public import Foundation

/// Directories that are either whole or not there.
public enum AtomicDirectory {
  /// Calls `body` with a new directory beside `url` and renames it to `url`. Several processes may make the same one: the
  /// first directory that is whole stays, and the others get false.
  public static func make(_ url: URL, _ body: (URL) throws -> Void) throws -> Bool {
    let partial = url.deletingLastPathComponent().appendingPathComponent(
      "\(url.lastPathComponent).\(UUID().uuidString)\(AtomicFile.temporaryEnding)")
    do {
      try FileError.makeDirectory(partial)
      try body(partial)
      if rename(partial.path, url.path) == 0 { return true }
      guard errno == EEXIST || errno == ENOTEMPTY else {
        throw FileError.system("make the directory", url.path)
      }
      try FileError.remove(partial)
      return false
    } catch {
      // The error that led here says more than one about the leftovers.
      _ = try? FileManager.default.removeItem(at: partial)
      throw error
    }
  }
}
