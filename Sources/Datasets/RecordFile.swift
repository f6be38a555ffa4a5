import Foundation

/// A file of records of one size, read whole.
enum RecordFile {
  /// Reads the file at `path`, whose size must be a positive multiple of `recordSize` and at most
  /// `maximumRecords` records; the size is checked before any memory is reserved.
  static func read(
    _ path: String, recordSize: Int, maximumRecords: Int
  ) throws(DatasetError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw systemError("open", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw systemError("inspect", path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw DatasetError("\(path) is not a regular file: give the directory that holds it")
    }
    let size = Int(status.st_size)
    try checkSize(size, path, recordSize: recordSize, maximumRecords: maximumRecords)
    return try readAll(descriptor, size: size, path)
  }

  private static func checkSize(
    _ size: Int, _ path: String, recordSize: Int, maximumRecords: Int
  ) throws(DatasetError) {
    guard size > 0 else {
      throw DatasetError("\(path) is empty: unpack the archive again")
    }
    guard size % recordSize == 0 else {
      let whole = size / recordSize
      throw DatasetError(
        "\(path) has \(size) bytes, not a multiple of the record size \(recordSize): record \(whole) "
          + "at byte offset \(whole * recordSize) is cut off after \(size % recordSize) bytes; "
          + "unpack the archive again")
    }
    guard size / recordSize <= maximumRecords else {
      throw DatasetError(
        "\(path) holds \(size / recordSize) records, more than the \(maximumRecords) of this split: "
          + "byte offset \(maximumRecords * recordSize) and what follows do not belong to it")
    }
  }

  private static func readAll(
    _ descriptor: Int32, size: Int, _ path: String
  ) throws(DatasetError) -> [UInt8] {
    var failure: DatasetError?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      while filled < size {
        let count = Foundation.read(
          descriptor, buffer.baseAddress?.advanced(by: filled), size - filled)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else {
          failure =
            count == 0
            ? DatasetError("\(path) became shorter while it was read")
            : systemError("read", path)
          return
        }
        filled += count
      }
    }
    if let failure { throw failure }
    return bytes
  }

  private static func systemError(_ action: String, _ path: String) -> DatasetError {
    DatasetError("cannot \(action) \(path): \(String(cString: strerror(errno)))")
  }
}
