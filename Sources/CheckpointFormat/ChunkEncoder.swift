import Foundation

/// A chunk ready to be written.
struct EncodedChunk {
  var record: ChunkRecord
  var bytes: [UInt8]
}

/// Turns chunks into bytes; one per thread.
final class ChunkEncoder {
  private let compressor: ZstandardCompressor
  private let planes: UnsafeMutablePointer<UInt8>

  init() throws(CheckpointError) {
    compressor = try ZstandardCompressor(level: ZstandardCompressor.planeLevel)
    planes = .allocate(capacity: ChunkPlan.longestBytes)
  }

  deinit { planes.deallocate() }

  /// Splits, compresses and sums up one chunk.
  func encode(_ plan: ChunkPlan, of tensors: [StoredTensor], compressing: Bool) -> EncodedChunk {
    split(plan, tensors)
    let width = plan.type.byteCount
    var sizes: [Int] = []
    let bytes = [UInt8](unsafeUninitializedCapacity: plan.elements * width) { buffer, used in
      let output = UnsafeMutableRawBufferPointer(buffer)
      for index in 0..<width {
        let plane = UnsafeRawBufferPointer(
          start: planes + index * plan.elements, count: plan.elements)
        let size = store(
          plane, into: UnsafeMutableRawBufferPointer(rebasing: output[used...]),
          compressing: compressing)
        sizes.append(size)
        used += size
      }
    }
    let record = ChunkRecord(
      elements: plan.elements, planeSizes: sizes, checksum: Checksum64.of(bytes))
    return EncodedChunk(record: record, bytes: bytes)
  }

  private func split(_ plan: ChunkPlan, _ tensors: [StoredTensor]) {
    let width = plan.type.byteCount
    var start = 0
    for piece in plan.pieces {
      tensors[piece.tensor].bytes.withUnsafeBytes { all in
        let range = (piece.elements.lowerBound * width)..<(piece.elements.upperBound * width)
        BytePlanes.split(
          UnsafeRawBufferPointer(rebasing: all[range]), plan.type, into: planes,
          planeCount: plan.elements, at: start)
      }
      start += piece.elements.count
    }
  }

  /// Writes one plane, compressed when that is shorter, and returns its size.
  private func store(
    _ plane: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, compressing: Bool
  ) -> Int {
    if compressing, PlaneEntropy.isWorthCompressing(plane) {
      let target = UnsafeMutableRawBufferPointer(rebasing: output[..<(plane.count - 1)])
      if let size = compressor.compress(plane, into: target) { return size }
    }
    output.copyMemory(from: plane)
    return plane.count
  }
}

/// Guesses from a sample whether a plane shrinks, because trying costs more than everything else.
enum PlaneEntropy {
  private static let sampleBytes = 256
  private static let samples = 8
  /// Bits per byte from which on the mantissa's noise is left alone.
  private static let threshold = 7.6

  static func isWorthCompressing(_ plane: UnsafeRawBufferPointer) -> Bool {
    guard plane.count > sampleBytes * samples else { return plane.count > 16 }
    var counts = [Int32](repeating: 0, count: 256)
    for sample in 0..<samples {
      let start = (plane.count - sampleBytes) / (samples - 1) * sample
      for byte in plane[start..<(start + sampleBytes)] { counts[Int(byte)] += 1 }
    }
    let total = Double(sampleBytes * samples)
    let bits = counts.reduce(0.0) { sum, count in
      count == 0 ? sum : sum - Double(count) / total * log2(Double(count) / total)
    }
    return bits < threshold
  }
}
