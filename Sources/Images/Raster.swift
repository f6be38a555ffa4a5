/// An image of bytes on the host: rows from top to bottom, channels together.
public struct Raster: Hashable, Sendable {
  /// Pixels of a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// 3 for RGB, 1 for classes.
  public let channels: Int
  /// width * height * channels bytes.
  public var bytes: [UInt8]

  /// Makes an image of its bytes.
  public init(width: Int, height: Int, channels: Int, bytes: [UInt8]) {
    precondition(width > 0 && height > 0 && bytes.count == width * height * channels)
    self.width = width
    self.height = height
    self.channels = channels
    self.bytes = bytes
  }

  /// Makes an image of one colour.
  public init(width: Int, height: Int, filling color: [UInt8]) {
    precondition(width > 0 && height > 0)
    self.width = width
    self.height = height
    channels = color.count
    bytes = (0..<width * height).flatMap { _ in color }
  }

  /// The image seen in a mirror: columns from right to left.
  public func mirrored() -> Raster {
    let out = [UInt8](unsafeUninitializedCapacity: bytes.count) { out, count in
      bytes.withUnsafeBufferPointer { source in
        for y in 0..<height {
          for x in 0..<width {
            let from = (y &* width &+ x) &* channels
            let to = (y &* width &+ (width &- 1 &- x)) &* channels
            for channel in 0..<channels { out[to &+ channel] = source[from &+ channel] }
          }
        }
      }
      count = bytes.count
    }
    return Raster(width: width, height: height, channels: channels, bytes: out)
  }

  /// The value of a channel of the pixel in column `x` of row `y`.
  public subscript(x: Int, y: Int, channel: Int) -> UInt8 {
    get { bytes[(y * width + x) * channels + channel] }
    set { bytes[(y * width + x) * channels + channel] = newValue }
  }
}
