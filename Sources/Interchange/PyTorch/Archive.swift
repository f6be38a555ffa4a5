internal import CArchive
import CheckpointFormat
import Foundation

/// ZIP archives in memory, through libarchive.
enum Archive {
  /// All files by their path. Throws for a damaged archive and for one that expands to much more than its
  /// size: torch.save stores without compression.
  static func read(_ data: Data) throws(CheckpointError) -> [String: Data] {
    guard let archive = archive_read_new() else { throw noMemory }
    defer { archive_read_free(archive) }
    archive_read_support_format_zip(archive)
    let outcome = data.withUnsafeBytes { buffer -> Result<[String: Data], CheckpointError> in
      do throws(CheckpointError) {
        try check(archive_read_open_memory(archive, buffer.baseAddress, buffer.count), archive)
        return .success(try files(archive, limit: 2 * data.count + 1 << 20))
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  private static func files(_ archive: OpaquePointer, limit: Int) throws(CheckpointError)
    -> [String: Data]
  {
    var files: [String: Data] = [:]
    var rest = limit
    while true {
      var entry: OpaquePointer?
      let status = archive_read_next_header(archive, &entry)
      if status == ARCHIVE_EOF { return files }
      try check(status, archive)
      guard let entry, let name = archive_entry_pathname_utf8(entry).map({ String(cString: $0) })
      else { throw CheckpointError(.malformedHeader, "a file of the archive has no name") }
      guard files[name] == nil else {
        throw CheckpointError(.malformedHeader, "the archive holds \(name) twice")
      }
      let content = try content(archive, limit: rest)
      rest -= content.count
      files[name] = content
    }
  }

  private static func content(_ archive: OpaquePointer, limit: Int) throws(CheckpointError) -> Data
  {
    var content = Data()
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = archive_read_data(archive, &piece, piece.count)
      guard count >= 0 else { throw failure(archive) }
      guard count > 0 else { return content }
      guard content.count + count <= limit else {
        throw CheckpointError(
          .limitExceeded, "the archive expands to more than a file of its size may hold")
      }
      content.append(contentsOf: piece[..<count])
    }
  }

  /// AE_IFREG, a macro that is not imported.
  private static let regularFile: UInt32 = 0o100000

  /// An archive with the files in the given order, stored without compression and without times.
  static func encoded(_ files: [(name: String, content: Data)]) throws(CheckpointError) -> Data {
    guard let archive = archive_write_new() else { throw noMemory }
    defer { archive_write_free(archive) }
    try check(archive_write_set_format_zip(archive), archive)
    try check(archive_write_set_options(archive, "zip:compression=store"), archive)
    archive_write_set_bytes_in_last_block(archive, 1)
    let size = files.reduce(1 << 16) { $0 + $1.content.count + 3 * $1.name.utf8.count + 512 }
    var output = [UInt8](repeating: 0, count: size)
    var used = 0
    let outcome = output.withUnsafeMutableBytes { buffer -> Result<Void, CheckpointError> in
      do throws(CheckpointError) {
        try check(
          archive_write_open_memory(archive, buffer.baseAddress, buffer.count, &used), archive)
        for file in files { try append(file.name, file.content, to: archive) }
        try check(archive_write_close(archive), archive)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try outcome.get()
    return Data(output[..<used])
  }

  private static func append(_ name: String, _ content: Data, to archive: OpaquePointer)
    throws(CheckpointError)
  {
    guard let entry = archive_entry_new() else { throw noMemory }
    defer { archive_entry_free(entry) }
    archive_entry_set_pathname_utf8(entry, name)
    archive_entry_set_size(entry, Int64(content.count))
    archive_entry_set_filetype(entry, regularFile)
    archive_entry_set_perm(entry, 0o644)
    try check(archive_write_header(archive, entry), archive)
    let written = content.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
    guard written == content.count else { throw failure(archive) }
  }

  private static func check(_ status: Int32, _ archive: OpaquePointer) throws(CheckpointError) {
    guard status == ARCHIVE_OK || status == ARCHIVE_WARN else { throw failure(archive) }
  }

  private static func failure(_ archive: OpaquePointer) -> CheckpointError {
    let reason = archive_error_string(archive).map { String(cString: $0) } ?? "unknown reason"
    return CheckpointError(.corruptData, "the ZIP archive: \(reason)")
  }

  private static var noMemory: CheckpointError {
    CheckpointError(.limitExceeded, "no memory for the archive")
  }
}
