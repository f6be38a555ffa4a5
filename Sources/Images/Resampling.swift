/// How pixels between pixels are found.
public enum Interpolation: Sendable {
  /// PIL's bilinear filter: a triangle that widens when shrinking, in fixed point on bytes, rows first.
  case bilinear
  /// The pixel under the new pixel's centre; for masks.
  case nearest
}

extension Raster {
  /// The image in another size, equal to PIL's `resize` bit for bit.
  public func resized(width: Int, height: Int, _ interpolation: Interpolation) -> Raster {
    precondition(width > 0 && height > 0)
    switch interpolation {
    case .nearest: return resizedNearest(width, height)
    case .bilinear:
      // A pass that changes nothing is left out, as in PIL.
      let rows = width == self.width ? self : filteredRows(Taps(from: self.width, to: width))
      return height == self.height
        ? rows : rows.filteredColumns(Taps(from: self.height, to: height))
    }
  }

  private func resizedNearest(_ width: Int, _ height: Int) -> Raster {
    let columns = Self.nearest(from: self.width, to: width)
    let rows = Self.nearest(from: self.height, to: height)
    let out = [UInt8](unsafeUninitializedCapacity: width * height * channels) { out, count in
      var place = 0
      for y in rows {
        for x in columns {
          let start = (y * self.width + x) * channels
          for channel in 0..<channels {
            out[place] = bytes[start + channel]
            place += 1
          }
        }
      }
      count = place
    }
    return Raster(width: width, height: height, channels: channels, bytes: out)
  }

  private static func nearest(from old: Int, to new: Int) -> [Int] {
    let scale = Double(old) / Double(new)
    return (0..<new).map { min(Int((Double($0) + 0.5) * scale), old - 1) }
  }

  private func filteredRows(_ taps: Taps) -> Raster {
    let width = taps.starts.count
    let out = [UInt8](unsafeUninitializedCapacity: width * height * channels) { out, count in
      bytes.withUnsafeBufferPointer { source in
        taps.weights.withUnsafeBufferPointer { weights in
          for y in 0..<height {
            let row = y * self.width * channels
            for x in 0..<width {
              let first = row + taps.starts[x] * channels
              for channel in 0..<channels {
                var sum = Taps.half
                for tap in 0..<taps.counts[x] {
                  sum &+=
                    Int32(source[first + tap * channels + channel])
                    &* weights[x * taps.width + tap]
                }
                out[(y * width + x) * channels + channel] = Taps.byte(sum)
              }
            }
          }
        }
      }
      count = width * height * channels
    }
    return Raster(width: width, height: height, channels: channels, bytes: out)
  }

  private func filteredColumns(_ taps: Taps) -> Raster {
    let height = taps.starts.count
    let stride = width * channels
    let out = [UInt8](unsafeUninitializedCapacity: stride * height) { out, count in
      bytes.withUnsafeBufferPointer { source in
        taps.weights.withUnsafeBufferPointer { weights in
          var sums = [Int32](repeating: 0, count: stride)
          for y in 0..<height {
            for place in 0..<stride { sums[place] = Taps.half }
            for tap in 0..<taps.counts[y] {
              let row = (taps.starts[y] + tap) * stride
              let weight = weights[y * taps.width + tap]
              for place in 0..<stride { sums[place] &+= Int32(source[row + place]) &* weight }
            }
            for place in 0..<stride { out[y * stride + place] = Taps.byte(sums[place]) }
          }
        }
      }
      count = stride * height
    }
    return Raster(width: width, height: height, channels: channels, bytes: out)
  }
}

/// For every new pixel of a line the old ones that it is made of and their weights, in units of 2^-22.
private struct Taps {
  static let bits: Int32 = 22
  static let half: Int32 = 1 << (bits - 1)

  let starts: [Int]
  let counts: [Int]
  /// `width` weights for every new pixel.
  let weights: [Int32]
  let width: Int

  static func byte(_ sum: Int32) -> UInt8 { UInt8(clamping: sum >> bits) }

  init(from old: Int, to new: Int) {
    let scale = Double(old) / Double(new)
    let reach = max(scale, 1)
    let width = Int(reach.rounded(.up)) * 2 + 1
    var starts: [Int] = []
    var counts: [Int] = []
    var weights = [Int32](repeating: 0, count: width * new)
    for place in 0..<new {
      let centre = (Double(place) + 0.5) * scale
      let start = max(Int(centre - reach + 0.5), 0)
      let end = min(Int(centre + reach + 0.5), old)
      let raw = (start..<end).map { max(1 - abs((Double($0) - centre + 0.5) / reach), 0) }
      let total = raw.reduce(0, +)
      for (index, weight) in raw.enumerated() {
        weights[place * width + index] = Int32(weight / total * Double(1 << Self.bits) + 0.5)
      }
      starts.append(start)
      counts.append(end - start)
    }
    self.starts = starts
    self.counts = counts
    self.weights = weights
    self.width = width
  }
}
