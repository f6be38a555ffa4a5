import Foundation

/// Reading of small files by the thousand: Foundation spends more on each of them than the disk.
enum SmallFile {
  /// The bytes of the file at `path`. Throws a sentence for one that cannot be read, is no regular file, or has more than
  /// `limit` bytes.
  static func bytes(at path: String, limit: Int) throws(DatasetError) -> [UInt8] {
    // A pipe must not be waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw DatasetError("cannot read \(path): it is no regular file")
    }
    let size = Int(status.st_size)
    guard size <= limit else {
      throw DatasetError("\(path) has \(size) bytes; at most \(limit) are read")
    }
    var isRead = true
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let step = read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
        guard step != 0 else { break }
        if step > 0 { count += step } else if errno != EINTR { break }
      }
      isRead = count == size
    }
    guard isRead else { throw failure(path) }
    return bytes
  }

  private static func failure(_ path: String) -> DatasetError {
    DatasetError("cannot read \(path): \(String(cString: strerror(errno)))")
  }
}
