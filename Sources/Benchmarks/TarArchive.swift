internal import CArchive
import Foundation
import UserErrors

/// Writes archives for measurements, through libarchive.
enum TarArchive {
  private static let regularFile: UInt32 = 0o100000

  /// Writes files with their paths.
  static func write(to file: URL, _ entries: some Sequence<(path: String, bytes: [UInt8])>) throws {
    guard let archive = archive_write_new() else { throw UsageError("there is no memory") }
    defer { archive_write_free(archive) }
    archive_write_set_format_ustar(archive)
    func check(_ status: Int) throws {
      guard status >= 0 else {
        let reason = archive_error_string(archive).map { String(cString: $0) } ?? "unknown reason"
        throw UsageError("cannot write \(file.path): \(reason)")
      }
    }
    try check(Int(archive_write_open_filename(archive, file.path)))
    guard let entry = archive_entry_new() else { throw UsageError("there is no memory") }
    defer { archive_entry_free(entry) }
    for (path, bytes) in entries {
      archive_entry_clear(entry)
      archive_entry_set_pathname(entry, path)
      archive_entry_set_size(entry, Int64(bytes.count))
      archive_entry_set_filetype(entry, regularFile)
      archive_entry_set_perm(entry, 0o644)
      try check(Int(archive_write_header(archive, entry)))
      if !bytes.isEmpty { try check(archive_write_data(archive, bytes, bytes.count)) }
    }
    try check(Int(archive_write_close(archive)))
  }
}
