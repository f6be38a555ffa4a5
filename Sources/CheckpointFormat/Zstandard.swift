internal import CZstd

/// One compression context; not shared between threads.
final class ZstandardCompressor {
  /// The fastest level that looks for repetitions, for planes that have them.
  static let planeLevel: Int32 = 1
  /// A level that finds none.
  private static let noMatches: Int32 = -10_000
  /// For the header: level 19 takes as long as all planes of a small model for 1 % of the header.
  static let headerLevel: Int32 = 6

  private let context: OpaquePointer

  init(level: Int32) throws(CheckpointError) {
    guard let context = ZSTD_createCCtx() else {
      throw CheckpointError(.limitExceeded, "no memory for compression")
    }
    self.context = context
    _ = ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
  }

  /// Huffman codes only: exponents of trained weights do not repeat, they are only unevenly frequent.
  /// Against level 1 this is four times as fast in both directions and smaller by a tenth.
  static func huffmanOnly() throws(CheckpointError) -> ZstandardCompressor {
    let compressor = try ZstandardCompressor(level: noMatches)
    // A library that does not know the parameter leaves such planes uncompressed.
    _ = ZSTD_CCtx_setParameter(compressor.context, LSKD_literalCompressionMode, LSKD_huffman)
    return compressor
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
package final class ZstandardDecompressor {
  private let context: OpaquePointer

  package init() throws(CheckpointError) {
    guard let context = ZSTD_createDCtx() else {
      throw CheckpointError(.limitExceeded, "no memory for decompression")
    }
    self.context = context
  }

  deinit { ZSTD_freeDCtx(context) }

  /// Expands `source` to exactly `target.count` bytes; never writes more.
  package func expand(
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
