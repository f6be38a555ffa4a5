extension ImageDataset {
  /// `areaAveraged`, for a side that somebody asks for.
  public func averaged(toSide side: Int) throws(DatasetError) -> ImageDataset {
    guard let images = areaAveraged(side: side) else {
      throw DatasetError(
        "images of \(width) x \(height) pixels cannot be averaged to a side of \(side)")
    }
    return images
  }

  /// The same images at a smaller size: every pixel is the mean of a square of theirs, rounded half up.
  ///
  /// `side` divides height and width, which are equal; nil where it does not.
  public func areaAveraged(side: Int) -> ImageDataset? {
    guard side > 0, height == width, height % side == 0 else { return nil }
    guard side != height else { return self }
    let factor = height / side
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * channels * side * side)
    for index in 0..<count {
      for plane in 0..<channels {
        let start = byteOffset(index) + plane * height * width
        for row in 0..<side {
          for column in 0..<side {
            var sum = 0
            for y in row * factor..<(row + 1) * factor {
              for x in column * factor..<(column + 1) * factor {
                sum += Int(storage.bytes[start + y * width + x])
              }
            }
            bytes.append(UInt8((sum + factor * factor / 2) / (factor * factor)))
          }
        }
      }
    }
    return ImageDataset(
      name: name, split: split, classCount: classCount, channels: channels, height: side,
      width: side, digest: "\(digest) areaAveraged(side: \(side))",
      storage: Storage(
        bytes: bytes, labels: (0..<count).map { UInt8(label($0)) },
        stride: channels * side * side, pixelOffset: 0),
      records: Array(0..<count))
  }
}
