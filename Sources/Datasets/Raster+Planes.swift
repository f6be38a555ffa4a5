import Images

extension Raster {
  /// Appends the image, or its mirror, as normalised planes.
  func appendPlanes(
    _ normalisation: Normalisation, isMirrored: Bool = false, to planes: inout [Float]
  ) {
    let pixels = width * height
    let values = [Float](unsafeUninitializedCapacity: pixels * channels) { out, count in
      bytes.withUnsafeBufferPointer { source in
        normalisation.table.withUnsafeBufferPointer { table in
          for channel in 0..<channels {
            let (plane, line) = (channel * pixels, channel * 256)
            for y in 0..<height {
              let row = y &* width
              for x in 0..<width {
                let from = row &+ (isMirrored ? width &- 1 &- x : x)
                out[plane &+ row &+ x] = table[line &+ Int(source[from &* channels &+ channel])]
              }
            }
          }
        }
      }
      count = pixels * channels
    }
    planes += values
  }
}
