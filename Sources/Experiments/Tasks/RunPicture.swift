import Images
import Results

extension TensorBoardFile.Picture {
  /// An RGB image under a tag.
  init(_ tag: String, _ image: Raster) throws {
    self.init(tag: tag, width: image.width, height: image.height, png: try ImageFile.png(image))
  }
}

extension Raster {
  /// Draws the edges of a box [left, top, right, bottom], two pixels wide, where they lie in the image.
  mutating func outline(_ box: [Int], _ color: [UInt8]) {
    let columns = max(box[0], 0)..<max(box[0], 0, min(box[2], width - 1) + 1)
    let rows = max(box[1], 0)..<max(box[1], 0, min(box[3], height - 1) + 1)
    let edge = 2
    for y in rows {
      for x in columns {
        let isInside =
          x >= box[0] + edge && x <= box[2] - edge && y >= box[1] + edge && y <= box[3] - edge
        guard !isInside else { continue }
        for channel in 0..<3 { self[x, y, channel] = color[channel] }
      }
    }
  }
}
