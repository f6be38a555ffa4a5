import DurableFiles
import Foundation

/// The memory of an index in the user's cache directory, so that headers and contents are read only the first time:
/// `lskd/photos-HASH.index`, one file for a directory or archive. It is a memory alone: one that is missing, damaged, of
/// another version or of another archive is made anew.
///
/// Little-endian: magic, version, size and time of the archive (0 for a directory), number of photos, bytes of text; the
/// text, `PATH-OF-CONTAINER` and for every photo `FOLDER` and `NAME`, each with a zero behind it; offset, size, time, both
/// halves of the digest (0 where unknown) of every photo, 8 bytes each; the SHA-256 of all that.
struct PhotoIndexFile {
  private static let magic: [UInt8] = Array("LSKDPIX1".utf8)
  private static let headerSize = 8 + 4 * 8
  private static let columns = 5
  private static let digestSize = 64
  private static let longestPath = 4096

  let url: URL

  private static let (prefix, ending) = ("photos-", ".index")

  /// The memory of `container` in the directory `cache`; nil without one.
  init?(of container: PhotoIndex.Container, cache: URL?) {
    guard let cache else { return nil }
    let name = Digest.sha256(Data(container.url.standardizedFileURL.path.utf8)).prefix(16)
    url = cache.appendingPathComponent(Self.prefix + name + Self.ending)
  }

  /// What is remembered of an archive of this size and time, or of a directory; nil where nothing fits.
  func read(of container: PhotoIndex.Container, size: Int, modified: Int) -> PhotoIndex? {
    guard let data = try? Data(contentsOf: url), data.count > Self.headerSize + Self.digestSize,
      [UInt8](data.prefix(8)) == Self.magic
    else { return nil }
    let body = data.dropLast(Self.digestSize)
    guard Data(Digest.sha256(body).utf8) == data.suffix(Self.digestSize) else { return nil }
    return body.withUnsafeBytes { bytes -> PhotoIndex? in
      func word(_ place: Int) -> Int {
        Int(truncatingIfNeeded: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      }
      let (count, textSize) = (word(24), word(32))
      guard word(8) == size, word(16) == modified, (0...bytes.count).contains(count),
        (0...bytes.count).contains(textSize),
        bytes.count == Self.headerSize + textSize + count * Self.columns * 8
      else { return nil }
      let text = bytes[Self.headerSize..<Self.headerSize + textSize]
      let names = text.split(separator: 0, omittingEmptySubsequences: false)
      // The last zero ends the text and begins nothing.
      guard names.count == 2 * count + 2,
        String(decoding: names[0], as: UTF8.self) == container.url.standardizedFileURL.path
      else { return nil }
      let numbers = Self.headerSize + textSize
      let entries = (0..<count).map { index in
        func number(_ column: Int) -> Int { word(numbers + (column * count + index) * 8) }
        let digest = ContentDigest(
          high: UInt64(bitPattern: Int64(number(3))), low: UInt64(bitPattern: Int64(number(4))))
        return PhotoIndex.Entry(
          folder: String(decoding: names[1 + 2 * index], as: UTF8.self),
          name: String(decoding: names[2 + 2 * index], as: UTF8.self), offset: number(0),
          size: number(1), modified: number(2),
          digest: digest.high == 0 && digest.low == 0 ? nil : digest)
      }
      return PhotoIndex(container: container, entries: entries)
    }
  }

  /// Writes the memory. A directory that cannot be written costs time alone.
  func write(_ index: PhotoIndex, size: Int, modified: Int) {
    var text = Data(index.container.url.standardizedFileURL.path.utf8) + [0]
    for entry in index.entries {
      text += Data(entry.folder.utf8)
      text.append(0)
      text += Data(entry.name.utf8)
      text.append(0)
    }
    var body = Data(Self.magic)
    body.reserveCapacity(Self.headerSize + text.count + index.entries.count * Self.columns * 8)
    func append(_ number: Int) {
      withUnsafeBytes(of: UInt64(bitPattern: Int64(number)).littleEndian) {
        body.append(contentsOf: $0)
      }
    }
    [size, modified, index.entries.count, text.count].forEach(append)
    body += text
    index.entries.forEach { append($0.offset) }
    index.entries.forEach { append($0.size) }
    index.entries.forEach { append($0.modified) }
    index.entries.forEach { append(Int(truncatingIfNeeded: $0.digest?.high ?? 0)) }
    index.entries.forEach { append(Int(truncatingIfNeeded: $0.digest?.low ?? 0)) }
    body += Data(Digest.sha256(body).utf8)
    try? FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try? AtomicFile.write(body, to: url)
    forgetGone()
  }

  /// Removes the memories of directories and archives that are gone.
  private func forgetGone() {
    let directory = url.deletingLastPathComponent()
    // One that cannot be listed or removed stays.
    for name in (try? FileError.names(in: directory)) ?? []
    where name.hasPrefix(Self.prefix) && name.hasSuffix(Self.ending) {
      let other = directory.appendingPathComponent(name)
      guard let handle = FileHandle(forReadingAtPath: other.path),
        let start = try? handle.read(upToCount: Self.headerSize + Self.longestPath),
        start.starts(with: Self.magic)
      else { continue }
      let path = start.dropFirst(Self.headerSize).prefix { $0 != 0 }
      if !FileManager.default.fileExists(atPath: String(decoding: path, as: UTF8.self)) {
        try? FileManager.default.removeItem(at: other)
      }
    }
  }
}
