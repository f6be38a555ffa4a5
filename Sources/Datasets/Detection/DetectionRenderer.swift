import Detection
import Images

/// Shows a window of a photo as the normalised planes that a detector takes: bilinear without antialiasing, as
/// ssd.pytorch resizes, then minus the ImageNet mean over its deviation.
struct DetectionRenderer: Sendable {
  private static let deviation: [Float] = [0.229, 0.224, 0.225].map { $0 * 255 }

  /// Side of the result in pixels.
  let side: Int

  /// Floats of one image.
  var size: Int { 3 * side * side }

  /// Writes planes [3, side, side].
  func render(
    _ photo: Raster, window: SSDAugmentation.PixelWindow, colours: ColourDistortion,
    isMirrored: Bool, to output: UnsafeMutableBufferPointer<Float>
  ) {
    let seen = Seen(photo, window, colours)
    let columns = Line(window.width, to: side)
    let rows = Line(window.height, to: side)
    let plane = side * side
    let scale = (0..<3).map { 1 / Self.deviation[$0] }
    let source = colours.channels
    seen.levels.withUnsafeBufferPointer { levels in
      for y in 0..<side {
        let (upper, lower) = (seen.row(rows.first[y]), seen.row(rows.second[y]))
        let down = rows.weight[y]
        for x in 0..<side {
          let (left, right) = (seen.column(columns.first[x]), seen.column(columns.second[x]))
          let across = columns.weight[x]
          let target = y * side + (isMirrored ? side - 1 - x : x)
          for channel in 0..<3 {
            @inline(__always) func level(_ row: Int, _ column: Int) -> Float {
              row < 0 || column < 0 ? Self.fill(channel) : levels[row + column + source[channel]]
            }
            let top = level(upper, left) + across * (level(upper, right) - level(upper, left))
            let bottom = level(lower, left) + across * (level(lower, right) - level(lower, left))
            output[channel * plane + target] =
              (top + down * (bottom - top) - Self.fill(channel)) * scale[channel]
          }
        }
      }
    }
  }

  /// The level 0 ... 255 that becomes 0; it stands where no photo is.
  @inline(__always)
  private static func fill(_ channel: Int) -> Float {
    channel == 0 ? 0.485 * 255 : channel == 1 ? 0.456 * 255 : 0.406 * 255
  }

  /// For every new pixel of a line the two old ones that it lies between.
  private struct Line {
    var first: [Int] = []
    var second: [Int] = []
    var weight: [Float] = []

    init(_ old: Int, to new: Int) {
      let scale = Double(old) / Double(new)
      for place in 0..<new {
        let position = min(max((Double(place) + 0.5) * scale - 0.5, 0), Double(old - 1))
        let start = Int(position)
        first.append(start)
        second.append(min(start + 1, old - 1))
        weight.append(Float(position - Double(start)))
      }
    }
  }

  /// The distorted levels of the part of the photo that the window shows.
  private struct Seen {
    let levels: [Float]
    private let left: Int
    private let top: Int
    private let width: Int
    private let height: Int

    init(_ photo: Raster, _ window: SSDAugmentation.PixelWindow, _ colours: ColourDistortion) {
      let (x0, y0) = (max(window.left, 0), max(window.top, 0))
      width = max(min(window.left + window.width, photo.width) - x0, 0)
      height = max(min(window.top + window.height, photo.height) - y0, 0)
      // In window coordinates.
      left = x0 - window.left
      top = y0 - window.top
      let (width, height) = (width, height)
      let keepsLevels = colours.keepsLevels
      levels = [Float](unsafeUninitializedCapacity: 3 * width * height) { out, count in
        photo.bytes.withUnsafeBufferPointer { bytes in
          var place = 0
          for y in 0..<height {
            var start = ((y0 + y) * photo.width + x0) * 3
            for _ in 0..<width {
              let pixel = (Float(bytes[start]), Float(bytes[start + 1]), Float(bytes[start + 2]))
              let result = keepsLevels ? pixel : colours.apply(pixel.0, pixel.1, pixel.2)
              (out[place], out[place + 1], out[place + 2]) = result
              start += 3
              place += 3
            }
          }
        }
        count = 3 * width * height
      }
    }

    /// Where a row of the window starts; -1 outside of the photo.
    func row(_ y: Int) -> Int {
      (top..<top + height).contains(y) ? (y - top) * width * 3 : -1
    }

    /// Where a column of the window lies in its row; -1 outside of the photo.
    func column(_ x: Int) -> Int { (left..<left + width).contains(x) ? (x - left) * 3 : -1 }
  }
}
