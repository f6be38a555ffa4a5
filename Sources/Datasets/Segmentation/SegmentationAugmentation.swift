import Randomness

/// The random part of OFD's segmentation recipe: mirror, scale, crop and blur.
public struct SegmentationAugmentation: Hashable, Sendable {
  /// Short side of a photo at scale 1.
  public let baseSize: Int
  /// Side of the square that is cut out.
  public let cropSize: Int

  /// Makes an augmentation; both are 513 in the paper's recipe.
  public init(baseSize: Int = 513, cropSize: Int = 513) {
    precondition(baseSize > 1 && cropSize > 0)
    self.baseSize = baseSize
    self.cropSize = cropSize
  }

  /// What is drawn for one photo.
  public struct Draw: Hashable, Sendable {
    /// Whether the photo is mirrored first.
    public var isMirrored: Bool
    /// Size to which it is scaled.
    public var size: (width: Int, height: Int) { (width, height) }
    /// First column of the crop.
    public var left: Int
    /// First row of the crop.
    public var top: Int
    /// Radius of the blur in pixels; 0 leaves the photo sharp.
    public var blurRadius: Double
    private let width: Int
    private let height: Int

    /// Makes a draw.
    public init(
      isMirrored: Bool, size: (width: Int, height: Int), left: Int, top: Int, blurRadius: Double
    ) {
      self.isMirrored = isMirrored
      (width, height) = size
      self.left = left
      self.top = top
      self.blurRadius = blurRadius
    }
  }

  /// Short sides that may be drawn: half to twice the base, rounded down.
  public var shortSides: ClosedRange<Int> { baseSize / 2...baseSize * 2 }

  /// Size with this short side; the long side is rounded down.
  public static func size(width: Int, height: Int, shortSide: Int) -> (width: Int, height: Int) {
    height > width
      ? (shortSide, max(height * shortSide / width, 1))
      : (max(width * shortSide / height, 1), shortSide)
  }

  /// Columns and rows of zeros that a scaled photo needs on the right and below.
  public func padding(_ size: (width: Int, height: Int)) -> (right: Int, bottom: Int) {
    (max(cropSize - size.width, 0), max(cropSize - size.height, 0))
  }

  /// Largest first column and row of a crop.
  public func largestOffset(_ size: (width: Int, height: Int)) -> (left: Int, top: Int) {
    (max(size.width - cropSize, 0), max(size.height - cropSize, 0))
  }

  /// Draws mirror, short side, left, top and blur, in that order.
  func draw(width: Int, height: Int, from stream: inout RandomStream) -> Draw {
    let isMirrored = stream.flips()
    let shortSide = shortSides.lowerBound + stream.integer(below: shortSides.count)
    let size = Self.size(width: width, height: height, shortSide: shortSide)
    let largest = largestOffset(size)
    let left = stream.integer(below: largest.left + 1)
    let top = stream.integer(below: largest.top + 1)
    return Draw(
      isMirrored: isMirrored, size: size, left: left, top: top,
      blurRadius: stream.flips() ? stream.uniform() : 0)
  }
}
