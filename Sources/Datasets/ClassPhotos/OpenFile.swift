import Foundation

/// A file that stays open and is read at any place by any thread.
final class OpenFile: Sendable {
  let url: URL
  /// Bytes.
  let size: Int
  /// When it changed, nanoseconds since 1970.
  let modified: Int
  private let descriptor: Int32

  /// Opens a regular file.
  init(_ url: URL) throws(DatasetError) {
    descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw DatasetError("cannot read \(url.path): \(String(cString: strerror(errno)))")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw DatasetError("cannot read \(url.path): it is no regular file")
    }
    self.url = url
    size = Int(status.st_size)
    modified = status.modifiedNanoseconds
  }

  deinit { close(descriptor) }

  /// Reads up to `count` bytes at `offset`; fewer at the end, -1 for a failure.
  func read(into target: UnsafeMutableRawPointer, count: Int, at offset: Int) -> Int {
    var done = 0
    while done < count {
      let step = pread(descriptor, target + done, count - done, off_t(offset + done))
      if step < 0 && errno == EINTR { continue }
      guard step >= 0 else { return -1 }
      if step == 0 { break }
      done += step
    }
    return done
  }

  /// `count` bytes at `offset`. Throws where the file has fewer.
  func bytes(at offset: Int, count: Int) throws(DatasetError) -> [UInt8] {
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = buffer.baseAddress.map { max(read(into: $0, count: count, at: offset), 0) } ?? 0
    }
    guard bytes.count == count else {
      throw DatasetError("\(url.path) ends early, or cannot be read, at byte \(offset)")
    }
    return bytes
  }
}
