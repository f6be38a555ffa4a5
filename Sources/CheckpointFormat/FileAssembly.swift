import DurableFiles
import Foundation

/// A file that is put together from its beginning, of bytes that may lie further behind in its own memory; each is hashed
/// while it is in the cache.
struct FileAssembly: ~Copyable {
  private let memory: LargeBuffer
  private var end = 0
  private var digest = StreamingDigest()

  init(in memory: LargeBuffer) { self.memory = memory }

  /// Adds bytes, which lie outside of the file or behind all that was added.
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    let target = UnsafeMutableRawBufferPointer(rebasing: memory.bytes[end..<(end + bytes.count)])
    target.copyMemory(from: bytes)
    digest.update(target)
    end += bytes.count
  }

  /// The file with its trailer.
  consuming func finish() -> Data {
    let trailer = FileEnvelope.trailer(digest: digest.finalize())
    memory.bytes[end...].copyBytes(from: trailer)
    return memory.data(count: end + trailer.count)
  }
}
