/// The bounds of the `.lskd` format. A file beyond one of them is refused before anything is
/// allocated for it, and the writer never makes one.
public enum FormatLimits {
  /// Bytes of the header, before and after its compression.
  public static let headerBytes = 16 << 20
  /// Nesting of arrays and objects in the header.
  public static let headerDepth = 16
  /// Axes of a tensor.
  public static let axes = 32
  /// Bytes of one tensor: 16 TiB, far from any overflow.
  public static let tensorBytes = 1 << 44
  /// UTF-8 bytes of a tensor's name.
  public static let nameBytes = 1024
  /// Bytes of one uncompressed chunk.
  public static let chunkBytes = 1 << 20
  /// Uncompressed bytes that any file may hold, however small it is.
  public static let freeExpansion = 4 << 30
  /// Beyond `freeExpansion`, uncompressed bytes per byte of the file.
  public static let expansion = 64

  /// Most uncompressed bytes that a file of `fileBytes` may claim to hold.
  package static func contentBytes(fileBytes: Int) -> Int {
    let (product, overflow) = fileBytes.multipliedReportingOverflow(by: expansion)
    return overflow ? Int.max : max(freeExpansion, product)
  }
}
