internal import CZstd

/// One compression context; not shared between threads.
final class ZstandardCompressor {
  /// The fastest level, for planes.
  static let planeLevel: Int32 = 1
  /// For the header: small, written once.
  static let headerLevel: Int32 = 19

  private let context: OpaquePointer

  init(level: Int32) throws(CheckpointError) {
    guard let context = ZSTD_createCCtx() else {
      throw CheckpointError(.limitExceeded, "no memory for compression")
    }
    self.context = context
    _ = ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
  }

  deinit { ZSTD_freeCCtx(context) }

  /// Compresses `source` into `target` and returns the size, or nil when it does not fit.
  func compress(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer)
    -> Int?
  {
    let size = ZSTD_compress2(
      context, target.baseAddress, target.count, source.baseAddress, source.count)
    return ZSTD_isError(size) == 0 ? size : nil
  }
}

/// One decompression context; not shared between threads.
final class ZstandardDecompressor {
  private let context: OpaquePointer

  init() throws(CheckpointError) {
    guard let context = ZSTD_createDCtx() else {
      throw CheckpointError(.limitExceeded, "no memory for decompression")
    }
    self.context = context
  }

  deinit { ZSTD_freeDCtx(context) }

  /// Expands `source` to exactly `target.count` bytes; never writes more.
  func expand(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) throws(CheckpointError) {
    let size = ZSTD_decompressDCtx(
      context, target.baseAddress, target.count, source.baseAddress, source.count)
    guard ZSTD_isError(size) == 0 else {
      throw CheckpointError(.corruptData, "zstd: \(String(cString: ZSTD_getErrorName(size)))")
    }
    guard size == target.count else {
      throw CheckpointError(.corruptData, "expands to \(size) bytes instead of \(target.count)")
    }
  }
}
