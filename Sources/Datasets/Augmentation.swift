import Randomness

/// One draw of the pad, flip and crop of a training image.
public struct Augmentation: Sendable, Equatable {
  /// Whether the padded image is mirrored left to right before the crop.
  public let isFlipped: Bool
  /// The first row of the crop in the padded image.
  public let top: Int
  /// The first column of the crop in the padded, flipped image.
  public let left: Int

  /// Makes a draw from its three values.
  public init(isFlipped: Bool, top: Int, left: Int) {
    self.isFlipped = isFlipped
    self.top = top
    self.left = left
  }

  /// Draws flip, top and left, in that order, for an image padded by `padding` on every side.
  init(padding: Int, from stream: inout RandomStream) {
    isFlipped = stream.integer(below: 2) == 1
    top = stream.integer(below: 2 * padding + 1)
    left = stream.integer(below: 2 * padding + 1)
  }
}
