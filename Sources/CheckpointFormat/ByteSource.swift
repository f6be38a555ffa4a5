import DurableFiles
import Foundation

/// Random access to the bytes of a file or of memory, safe to use from several threads.
final class ByteSource: Sendable {
  private enum Storage: Sendable {
    case descriptor(Int32)
    case memory(Data)
  }

  private let storage: Storage
  /// Name for messages.
  let name: String?
  /// Number of bytes when it was opened.
  let count: Int

  /// Bytes in memory.
  init(_ data: Data, name: String? = nil) {
    storage = .memory(data)
    count = data.count
    self.name = name
  }

  /// Opens a regular file.
  init(contentsOf url: URL) throws(CheckpointError) {
    let path = url.path
    // Without O_NONBLOCK, opening a pipe would wait for a writer for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw CheckpointError(.fileAccess, "cannot open: \(Self.systemMessage)", file: path)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw CheckpointError(
        .notARegularFile, "a directory, device or pipe: name a file", file: path)
    }
    storage = .descriptor(descriptor)
    count = Int(status.st_size)
    name = path
  }

  deinit { if case .descriptor(let descriptor) = storage { close(descriptor) } }

  /// Fills `target` from `offset` on; throws when there are not enough bytes.
  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(CheckpointError) {
    guard offset >= 0, offset <= count, target.count <= count - offset else {
      throw CheckpointError(.wrongLength, "the file ends early", file: name)
    }
    switch storage {
    case .memory(let data):
      let start = data.startIndex + offset
      data.copyBytes(to: target, from: start..<(start + target.count))
    case .descriptor(let descriptor): try read(descriptor, offset, target)
    }
  }

  /// The bytes of a range whose length the caller has bounded.
  func bytes(_ range: Range<Int>) throws(CheckpointError) -> [UInt8] {
    guard range.lowerBound >= 0, range.upperBound <= count else {
      throw CheckpointError(.wrongLength, "the file ends early", file: name)
    }
    var result = [UInt8](repeating: 0, count: range.count)
    try result.fill { buffer throws(CheckpointError) in
      try read(at: range.lowerBound, into: buffer)
    }
    return result
  }

  /// Digest of the bytes before `end`.
  func sha256(upTo end: Int) throws(CheckpointError) -> String {
    var digest = StreamingDigest()
    var offset = 0
    while offset < end {
      let piece = try bytes(offset..<min(end, offset + 1 << 20))
      digest.update(piece)
      offset += piece.count
    }
    return digest.finalize()
  }

  private func read(
    _ descriptor: Int32, _ offset: Int, _ target: UnsafeMutableRawBufferPointer
  ) throws(CheckpointError) {
    var done = 0
    while let start = target.baseAddress, done < target.count {
      let size = pread(descriptor, start + done, target.count - done, off_t(offset + done))
      if size < 0 && errno == EINTR { continue }
      guard size >= 0 else {
        throw CheckpointError(.fileAccess, "cannot read: \(Self.systemMessage)", file: name)
      }
      guard size > 0 else {
        throw CheckpointError(.wrongLength, "the file became shorter while reading", file: name)
      }
      done += size
    }
  }

  private static var systemMessage: String { String(cString: strerror(errno)) }
}
