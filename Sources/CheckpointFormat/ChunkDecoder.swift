import Foundation

/// Reads, checks and expands chunks; one per thread.
final class ChunkDecoder {
  private let decompressor: ZstandardDecompressor
  private let stored: UnsafeMutableRawBufferPointer
  private let planes: UnsafeMutablePointer<UInt8>

  init() throws(CheckpointError) {
    decompressor = try ZstandardDecompressor()
    stored = .allocate(byteCount: FormatLimits.chunkBytes, alignment: 64)
    planes = .allocate(capacity: FormatLimits.chunkBytes)
  }

  deinit {
    stored.deallocate()
    planes.deallocate()
  }

  /// The planes of one chunk, valid until the next call.
  func planes(
    of chunk: FileIndex.Chunk, in source: ByteSource
  ) throws(CheckpointError) -> [UnsafePointer<UInt8>] {
    let bytes = UnsafeMutableRawBufferPointer(rebasing: stored[..<chunk.record.storedBytes])
    try source.read(at: chunk.fileOffset, into: bytes)
    guard Checksum64.of(UnsafeRawBufferPointer(bytes)) == chunk.record.checksum else {
      throw CheckpointError(
        .checksumMismatch,
        "\(bytes.count) bytes at offset \(chunk.fileOffset) are damaged: fetch the file again")
    }
    let count = chunk.record.elements
    var result: [UnsafePointer<UInt8>] = []
    var start = 0
    for (index, size) in chunk.record.planeSizes.enumerated() {
      let plane = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + size)])
      if size == count, let first = plane.baseAddress {
        result.append(first.assumingMemoryBound(to: UInt8.self))
      } else {
        let target = planes + index * count
        try decompressor.expand(
          plane, into: UnsafeMutableRawBufferPointer(start: target, count: count))
        result.append(UnsafePointer(target))
      }
      start += size
    }
    return result
  }
}
