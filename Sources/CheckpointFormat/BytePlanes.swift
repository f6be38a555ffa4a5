/// Takes elements apart into planes: the first bytes of all elements, then the second bytes, ...
///
/// Plane 0 holds the most significant bytes. Floating-point numbers are first rotated left by one
/// bit: the sign moves to the end and the exponent fills plane 0, the only part of trained weights
/// that compresses.
enum BytePlanes {
  /// Splits the elements of `source` into planes of `planeCount` bytes that follow each other at
  /// `planes`; the first element goes to position `start` of each plane.
  static func split(
    _ source: UnsafeRawBufferPointer, _ type: ElementType,
    into planes: UnsafeMutablePointer<UInt8>, planeCount: Int, at start: Int
  ) {
    guard let bytes = source.baseAddress else { return }
    let count = source.count / type.byteCount
    let target = planes + start
    switch (type.byteCount, type.isFloatingPoint) {
    case (1, _): target.update(from: bytes.assumingMemoryBound(to: UInt8.self), count: count)
    case (2, true): split2(bytes, count, target, planeCount) { ($0 &<< 1) | ($0 &>> 15) }
    case (2, false): split2(bytes, count, target, planeCount) { $0 }
    case (4, true): split4(bytes, count, target, planeCount) { ($0 &<< 1) | ($0 &>> 31) }
    case (4, false): split4(bytes, count, target, planeCount) { $0 }
    case (_, true): split8(bytes, count, target, planeCount) { ($0 &<< 1) | ($0 &>> 63) }
    case (_, false): split8(bytes, count, target, planeCount) { $0 }
    }
  }

  /// The inverse of `split`: fills `target` with the elements from position `start` of every plane on.
  static func merge(
    _ planes: [UnsafePointer<UInt8>], at start: Int, _ type: ElementType,
    into target: UnsafeMutableRawBufferPointer
  ) {
    guard let bytes = target.baseAddress else { return }
    let count = target.count / type.byteCount
    let source = planes.map { $0 + start }
    switch (type.byteCount, type.isFloatingPoint) {
    case (1, _): bytes.copyMemory(from: source[0], byteCount: count)
    case (2, true): merge2(source, count, bytes) { ($0 &>> 1) | ($0 &<< 15) }
    case (2, false): merge2(source, count, bytes) { $0 }
    case (4, true): merge4(source, count, bytes) { ($0 &>> 1) | ($0 &<< 31) }
    case (4, false): merge4(source, count, bytes) { $0 }
    case (_, true): merge8(source, count, bytes) { ($0 &>> 1) | ($0 &<< 63) }
    case (_, false): merge8(source, count, bytes) { $0 }
    }
  }
}

// One loop per width, so that the compiler sees plain loads and stores and uses vectors.
extension BytePlanes {
  @inline(__always)
  private static func split2(
    _ source: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutablePointer<UInt8>,
    _ stride: Int, _ turned: (UInt16) -> UInt16
  ) {
    let (high, low) = (target, target + stride)
    for i in 0..<count {
      let bits = source.loadUnaligned(fromByteOffset: 2 &* i, as: UInt16.self)
      let word = turned(UInt16(littleEndian: bits))
      high[i] = UInt8(truncatingIfNeeded: word &>> 8)
      low[i] = UInt8(truncatingIfNeeded: word)
    }
  }

  @inline(__always)
  private static func split4(
    _ source: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutablePointer<UInt8>,
    _ stride: Int, _ turned: (UInt32) -> UInt32
  ) {
    let (plane0, plane1) = (target, target + stride)
    let (plane2, plane3) = (target + 2 * stride, target + 3 * stride)
    for i in 0..<count {
      let bits = source.loadUnaligned(fromByteOffset: 4 &* i, as: UInt32.self)
      let word = turned(UInt32(littleEndian: bits))
      plane0[i] = UInt8(truncatingIfNeeded: word &>> 24)
      plane1[i] = UInt8(truncatingIfNeeded: word &>> 16)
      plane2[i] = UInt8(truncatingIfNeeded: word &>> 8)
      plane3[i] = UInt8(truncatingIfNeeded: word)
    }
  }

  @inline(__always)
  private static func split8(
    _ source: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutablePointer<UInt8>,
    _ stride: Int, _ turned: (UInt64) -> UInt64
  ) {
    for i in 0..<count {
      let bits = source.loadUnaligned(fromByteOffset: 8 &* i, as: UInt64.self)
      let word = turned(UInt64(littleEndian: bits))
      for plane in 0..<8 {
        let byte = UInt8(truncatingIfNeeded: word &>> UInt64(truncatingIfNeeded: 56 &- 8 &* plane))
        target[plane &* stride &+ i] = byte
      }
    }
  }

  @inline(__always)
  private static func merge2(
    _ source: [UnsafePointer<UInt8>], _ count: Int,
    _ target: UnsafeMutableRawPointer, _ turned: (UInt16) -> UInt16
  ) {
    let (high, low) = (source[0], source[1])
    for i in 0..<count {
      let word = turned(UInt16(high[i]) &<< 8 | UInt16(low[i]))
      target.storeBytes(of: word.littleEndian, toByteOffset: 2 &* i, as: UInt16.self)
    }
  }

  @inline(__always)
  private static func merge4(
    _ source: [UnsafePointer<UInt8>], _ count: Int,
    _ target: UnsafeMutableRawPointer, _ turned: (UInt32) -> UInt32
  ) {
    let (plane0, plane1, plane2, plane3) = (source[0], source[1], source[2], source[3])
    for i in 0..<count {
      let upper = UInt32(plane0[i]) &<< 24 | UInt32(plane1[i]) &<< 16
      let word = turned(upper | UInt32(plane2[i]) &<< 8 | UInt32(plane3[i]))
      target.storeBytes(of: word.littleEndian, toByteOffset: 4 &* i, as: UInt32.self)
    }
  }

  @inline(__always)
  private static func merge8(
    _ source: [UnsafePointer<UInt8>], _ count: Int,
    _ target: UnsafeMutableRawPointer, _ turned: (UInt64) -> UInt64
  ) {
    for i in 0..<count {
      var word: UInt64 = 0
      for plane in 0..<8 { word = word &<< 8 | UInt64(source[plane][i]) }
      target.storeBytes(
        of: turned(word).littleEndian, toByteOffset: 8 &* i, as: UInt64.self)
    }
  }
}
