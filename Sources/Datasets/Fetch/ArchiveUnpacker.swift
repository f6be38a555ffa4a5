import DurableFiles
internal import CArchive
import Foundation

/// Unpacks TAR and ZIP archives, compressed or not, through libarchive.
///
/// An archive is refused whole when a path in it is absolute or climbs with `..`, when a link or a device lies in the part
/// that is wanted, or when it expands to more than its limits.
struct ArchiveUnpacker {
  /// The archive.
  let url: URL
  /// The directory within it that is wanted, such as `VOCdevkit/VOC2012`; the rest is skipped.
  let part: String
  /// Bytes that the wanted files may have together.
  let largestContent: Int

  /// Files of the largest archive.
  private static let mostFiles = 1_000_000
  private static let blockSize = 1 << 18
  private static let deepestPath = 32
  private static let longestName = 255
  // Kinds of entries, macros that are not imported.
  private static let regularFile: UInt32 = 0o100000
  private static let directory: UInt32 = 0o040000

  /// Unpacks into `target`, an empty directory of the caller's, which removes it after an error.
  func unpack(into target: URL) throws(DatasetError) -> [UnpackedFiles.File] {
    guard let archive = archive_read_new() else { throw failure("there is no memory") }
    defer { archive_read_free(archive) }
    archive_read_support_format_tar(archive)
    archive_read_support_format_zip(archive)
    archive_read_support_filter_all(archive)
    guard archive_read_open_filename(archive, url.path, Self.blockSize) == ARCHIVE_OK else {
      throw failure(reason(archive))
    }
    var files: [UnpackedFiles.File] = []
    var rest = largestContent
    var entries = 0
    while true {
      var next: OpaquePointer?
      let status = archive_read_next_header(archive, &next)
      if status == ARCHIVE_EOF { break }
      guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry = next else {
        throw failure(reason(archive))
      }
      entries += 1
      guard entries <= Self.mostFiles else { throw failure("it has too many files") }
      let path = try checkedPath(entry)
      guard isWanted(path), try isFile(entry, path) else { continue }
      let size = try write(archive, to: target.appendingPathComponent(path), limit: rest)
      rest -= size
      files.append(UnpackedFiles.File(path: path, size: size))
    }
    guard !files.isEmpty else { throw failure("it holds no file in \(part)") }
    return files
  }

  private func checkedPath(_ entry: OpaquePointer) throws(DatasetError) -> String {
    guard
      let name = (archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry))
        .map({ String(cString: $0) }), !name.isEmpty
    else { throw failure("a file in it has no name") }
    let names = name.split(separator: "/").filter { $0 != "." }
    guard !name.hasPrefix("/"), !names.contains("..") else {
      throw failure("the path \"\(name)\" in it leads out of the directory")
    }
    guard names.count <= Self.deepestPath, names.allSatisfy({ $0.utf8.count <= Self.longestName })
    else { throw failure("a path in it is too long: \"\(name.prefix(80))...\"") }
    return names.joined(separator: "/")
  }

  private func isWanted(_ path: String) -> Bool { path == part || path.hasPrefix(part + "/") }

  /// False for a directory. Throws for links and devices.
  private func isFile(_ entry: OpaquePointer, _ path: String) throws(DatasetError) -> Bool {
    let kind = archive_entry_filetype(entry)
    guard archive_entry_hardlink(entry) == nil, kind == Self.regularFile || kind == Self.directory
    else { throw failure("\"\(path)\" in it is a link or a device") }
    return kind == Self.regularFile
  }

  private func write(
    _ archive: OpaquePointer, to file: URL, limit: Int
  ) throws(DatasetError) -> Int {
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    } catch {
      throw DatasetError(
        "cannot create a directory for \(file.path): \(error.reason)")
    }
    let descriptor = open(file.path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw systemFailure("create", file) }
    defer { close(descriptor) }
    var size = 0
    var piece = [UInt8](repeating: 0, count: Self.blockSize)
    while true {
      let count = archive_read_data(archive, &piece, piece.count)
      guard count >= 0 else { throw failure(reason(archive)) }
      guard count > 0 else { return size }
      size += count
      guard size <= limit else { throw failure("it expands to more than \(largestContent) bytes") }
      var done = 0
      while done < count {
        let written = piece[done..<count].withUnsafeBytes {
          Foundation.write(descriptor, $0.baseAddress, $0.count)
        }
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { throw systemFailure("write", file) }
        done += written
      }
    }
  }

  private func reason(_ archive: OpaquePointer) -> String {
    archive_error_string(archive).map { String(cString: $0) } ?? "unknown reason"
  }

  private func failure(_ reason: String) -> DatasetError {
    DatasetError("\(url.path) cannot be unpacked: \(reason)")
  }

  private func systemFailure(_ action: String, _ file: URL) -> DatasetError {
    DatasetError("cannot \(action) \(file.path): \(String(cString: strerror(errno)))")
  }
}
