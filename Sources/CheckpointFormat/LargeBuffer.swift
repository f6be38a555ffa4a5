import Foundation

/// Memory for a whole file, in huge pages where the system has them, because touching as many small ones for the first time
/// is a good part of what saving costs. Unchecked: its users share out the bytes among their threads.
final class LargeBuffer: @unchecked Sendable {
  private static let hugePageBytes = 2 << 20

  let bytes: UnsafeMutableRawBufferPointer

  init(byteCount: Int) {
    bytes = .allocate(byteCount: byteCount, alignment: Self.hugePageBytes)
    // A wish: where it is not granted, the pages are small.
    if byteCount >= Self.hugePageBytes { madvise(bytes.baseAddress, byteCount, MADV_HUGEPAGE) }
  }

  deinit { bytes.deallocate() }

  /// The first bytes without a copy; the memory lives as long as the result does.
  func data(count: Int) -> Data {
    guard let start = bytes.baseAddress else { return Data() }
    return Data(
      bytesNoCopy: start, count: count,
      deallocator: .custom { _, _ in withExtendedLifetime(self) {} })
  }
}
