import Foundation

/// Turns chunks into bytes; one per thread.
final class ChunkEncoder {
  private let repetitions: ZstandardCompressor
  private let frequencies: ZstandardCompressor
  private let planes: UnsafeMutablePointer<UInt8>

  init() throws(CheckpointError) {
    repetitions = try ZstandardCompressor(level: ZstandardCompressor.planeLevel)
    frequencies = try .huffmanOnly()
    planes = .allocate(capacity: ChunkPlan.longestBytes)
  }

  deinit { planes.deallocate() }

  /// Splits, compresses and sums up one chunk. `output` has room for its elements as they are.
  func encode(
    _ plan: ChunkPlan, of tensors: [StoredTensor], into output: UnsafeMutableRawBufferPointer,
    compressing: Bool
  ) -> ChunkRecord {
    split(plan, tensors)
    var sizes: [Int] = []
    var used = 0
    for index in 0..<plan.type.byteCount {
      let plane = UnsafeRawBufferPointer(
        start: planes + index * plan.elements, count: plan.elements)
      let size = store(
        plane, into: UnsafeMutableRawBufferPointer(rebasing: output[used...]),
        compressing: compressing)
      sizes.append(size)
      used += size
    }
    return ChunkRecord(
      elements: plan.elements, planeSizes: sizes,
      checksum: Checksum64.of(UnsafeRawBufferPointer(rebasing: output[..<used])))
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
    let target = UnsafeMutableRawBufferPointer(rebasing: output[..<(plane.count - 1)])
    if compressing, let compressor = compressor(for: plane),
      let size = compressor.compress(plane, into: target)
    {
      return size
    }
    output.copyMemory(from: plane)
    return plane.count
  }
}

extension ChunkEncoder {
  /// What makes a plane shorter; nil where nothing does.
  private func compressor(for plane: UnsafeRawBufferPointer) -> ZstandardCompressor? {
    guard let bits = PlaneEntropy.estimate(plane) else {
      return plane.count > PlaneEntropy.shortest ? repetitions : nil
    }
    guard bits < PlaneEntropy.noise else { return nil }
    return bits < PlaneEntropy.repetitive ? repetitions : frequencies
  }
}

/// Guesses from a sample whether a plane shrinks, because trying costs more than everything else.
enum PlaneEntropy {
  private static let sampleBytes = 256
  private static let samples = 8
  /// Bits per byte from which on the mantissa's noise is left alone.
  static let noise = 7.6
  /// Bits per byte below which repetitions are worth looking for: a code takes at least one bit.
  static let repetitive = 1.5
  /// Bytes below which a frame's header outweighs what it saves.
  static let shortest = 16

  /// Bits per byte; nil for a plane too short for a sample.
  static func estimate(_ plane: UnsafeRawBufferPointer) -> Double? {
    guard plane.count > sampleBytes * samples else { return nil }
    var counts = [Int32](repeating: 0, count: 256)
    for sample in 0..<samples {
      let start = (plane.count - sampleBytes) / (samples - 1) * sample
      for byte in plane[start..<(start + sampleBytes)] { counts[Int(byte)] += 1 }
    }
    let total = Double(sampleBytes * samples)
    return counts.reduce(0.0) { sum, count in
      count == 0 ? sum : sum - Double(count) / total * log2(Double(count) / total)
    }
  }
}
