public import Images

/// How ImageNet's photos are measured: the short side scaled to 8/7 of a square's (256 pixels for 224), the square cut out
/// of the middle, as torchvision does it.
public struct CentreCrop: Hashable, Sendable {
  /// Side of the square, pixels.
  public let side: Int
  /// Short side to which photos are scaled, pixels.
  public let shortSide: Int

  /// A crop of `side` pixels.
  public init(side: Int) {
    precondition(side > 0)
    self.side = side
    shortSide = (side * 8 + 3) / 7
  }

  /// Size of a scaled photo; the long side is rounded down.
  public func size(width: Int, height: Int) -> (width: Int, height: Int) {
    width <= height
      ? (shortSide, shortSide * height / width) : (shortSide * width / height, shortSide)
  }

  /// First column and row of the square in a scaled photo: halves are rounded to the even number.
  public func offset(_ size: (width: Int, height: Int)) -> (left: Int, top: Int) {
    func half(_ room: Int) -> Int { Int((Double(room) / 2).rounded(.toNearestOrEven)) }
    return (half(size.width - side), half(size.height - side))
  }

  /// The square. All rows of the photo are decoded, so that a file that ends early is found.
  public func applied(to photo: EncodedPhoto) throws(ImageError) -> Raster {
    let size = size(width: photo.width, height: photo.height)
    let offset = offset(size)
    let resizing = Resizing(
      (photo.width, photo.height), to: size, columns: offset.left..<offset.left + side,
      rows: offset.top..<offset.top + side)
    let strip = try photo.decoded(columns: resizing.columns, rows: 0..<photo.height)
    return resizing.applied(to: strip.cropped(columns: 0..<strip.width, rows: resizing.rows))
  }
}
