internal import CArchive
import Foundation

/// Finds the photos of an uncompressed TAR archive by its headers, through libarchive; their bytes are passed over. An
/// archive within it is a class folder, as in ImageNet's archive of training photos.
struct ArchiveScan {
  private let file: OpenFile
  private var entries: [PhotoIndex.Entry] = []
  /// Archives within the archive.
  private var folders: [String] = []
  /// A directory that stands before the class folders, such as `train`; what it holds alone counts where it occurs.
  private let set: String

  /// The photos of an archive, sorted. `set` is the directory around the class folders, where there is one. Throws for a
  /// file that is no such archive or ends early, and for a class without a photo.
  static func index(of url: URL, set: String) throws(DatasetError) -> PhotoIndex {
    var scan = ArchiveScan(file: try OpenFile(url), set: set)
    try scan.read(0..<scan.file.size, folder: nil)
    guard !scan.entries.isEmpty else {
      throw DatasetError("\(url.path) holds no photo")
    }
    let index = PhotoIndex(
      container: .archive(url), entries: scan.entries.sorted(by: PhotoIndex.Entry.precedes))
    try index.checkFolders(scan.folders)
    return index
  }

  private init(file: OpenFile, set: String) {
    self.file = file
    self.set = set
  }

  /// A file of an archive, whose place is known once the header behind it is.
  private struct Pending {
    let path: String
    let size: Int

    /// Headers stand at multiples of 512 bytes.
    var paddedSize: Int { (size + 511) / 512 * 512 }
  }

  private static let regularFile: UInt32 = 0o100000

  private mutating func read(_ range: Range<Int>, folder: String?) throws(DatasetError) {
    guard let archive = archive_read_new() else { throw failure("there is no memory") }
    let source = ArchiveSource(file, range)
    defer {
      archive_read_free(archive)
      withExtendedLifetime(source) {}
    }
    archive_read_support_format_tar(archive)
    let opened = archive_read_open2(
      archive, Unmanaged.passUnretained(source).toOpaque(), nil,
      { _, context, buffer in ArchiveSource.from(context).read(buffer) },
      { _, context, count in ArchiveSource.from(context).skip(count) }, nil)
    guard opened == ARCHIVE_OK else { throw failure(reason(archive)) }
    var pending: Pending?
    while true {
      var next: OpaquePointer?
      let status = archive_read_next_header(archive, &next)
      let position = range.lowerBound + Int(archive_read_header_position(archive))
      let isEnd = status == ARCHIVE_EOF
      guard isEnd || status == ARCHIVE_OK || status == ARCHIVE_WARN else {
        throw failure(
          reason(archive) + (pending.map { ", behind \($0.path)" } ?? "")
            + "; it ends early, or is no uncompressed TAR archive")
      }
      if let file = pending {
        try take(file, offset: position - file.paddedSize, within: range, folder)
      }
      // Two blocks of zeros end an archive; one that was cut between two files has none.
      guard !isEnd || position < range.upperBound else {
        throw failure("it ends early, without the mark of its end")
      }
      guard !isEnd, let entry = next else { return }
      pending = Self.file(entry)
    }
  }

  private static func file(_ entry: OpaquePointer) -> Pending? {
    guard archive_entry_filetype(entry) == regularFile, archive_entry_hardlink(entry) == nil,
      let name = archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry)
    else { return nil }
    return Pending(path: String(cString: name), size: Int(archive_entry_size(entry)))
  }

  private mutating func take(
    _ found: Pending, offset: Int, within range: Range<Int>, _ folder: String?
  ) throws(DatasetError) {
    guard found.size >= 0, offset >= range.lowerBound, offset + found.size <= range.upperBound
    else { throw failure("it ends early, within \(found.path)") }
    let names = found.path.split(separator: "/").filter { $0 != "." }
    guard let last = names.last else { return }
    if folder == nil, last.hasSuffix(".tar") {
      folders.append(String(last.dropLast(".tar".count)))
      return try read(offset..<offset + found.size, folder: folders.last)
    }
    guard PhotoIndex.isPhoto(last) else { return }
    let place = folder.map { ($0, names[...]) } ?? place(names)
    guard let (folder, rest) = place else { return }
    entries.append(
      PhotoIndex.Entry(
        folder: folder, name: rest.joined(separator: "/"), offset: offset, size: found.size,
        modified: 0))
  }

  /// The class folder of a path and what follows it; nil for a path of another set.
  private func place(_ names: [Substring]) -> (String, ArraySlice<Substring>)? {
    var names = names[...]
    if let start = names.dropLast().firstIndex(of: set[...]) { names = names[(start + 1)...] }
    guard names.count > 1 else { return ("", names) }
    return (String(names[names.startIndex]), names.dropFirst())
  }

  private func reason(_ archive: OpaquePointer) -> String {
    archive_error_string(archive).map { String(cString: $0) } ?? "unknown reason"
  }

  private func failure(_ reason: String) -> DatasetError {
    DatasetError("\(file.url.path) cannot be read: \(reason)")
  }
}

/// A range of a file as libarchive reads it: little at a time, because most bytes are passed over.
private final class ArchiveSource {
  private let file: OpenFile
  private let end: Int
  private var position: Int
  private let buffer = UnsafeMutableRawBufferPointer.allocate(
    byteCount: blockSize, alignment: 8)

  private static let blockSize = 4096

  init(_ file: OpenFile, _ range: Range<Int>) {
    self.file = file
    position = range.lowerBound
    end = range.upperBound
  }

  deinit { buffer.deallocate() }

  /// The source that `archive_read_open2` was given.
  static func from(_ context: UnsafeMutableRawPointer?) -> ArchiveSource {
    guard let context else { preconditionFailure("libarchive hands back what it was given") }
    return Unmanaged<ArchiveSource>.fromOpaque(context).takeUnretainedValue()
  }

  func read(_ target: UnsafeMutablePointer<UnsafeRawPointer?>?) -> Int {
    let count = min(Self.blockSize, end - position)
    guard count > 0, let start = buffer.baseAddress else { return 0 }
    target?.pointee = UnsafeRawPointer(start)
    let got = file.read(into: start, count: count, at: position)
    position += max(got, 0)
    return got
  }

  func skip(_ count: Int64) -> Int64 {
    let step = min(count, Int64(end - position))
    position += Int(step)
    return step
  }
}
