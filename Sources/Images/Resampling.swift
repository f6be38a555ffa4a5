/// How pixels between pixels are found.
public enum Interpolation: Sendable {
  /// PIL's bilinear filter: a triangle that widens when shrinking, in fixed point on bytes, rows first.
  case bilinear
  /// The pixel under the new pixel's centre; for masks.
  case nearest
}

extension Raster {
  /// The image in another size, equal to PIL's `resize` bit for bit. Where `columns` or `rows` are named, that part of the
  /// resized image alone; nothing else is computed.
  public func resized(
    width: Int, height: Int, _ interpolation: Interpolation, columns: Range<Int>? = nil,
    rows: Range<Int>? = nil
  ) -> Raster {
    let (columns, rows) = (columns ?? 0..<width, rows ?? 0..<height)
    precondition(
      !columns.isEmpty && !rows.isEmpty && columns.lowerBound >= 0 && columns.upperBound <= width
        && rows.lowerBound >= 0 && rows.upperBound <= height)
    switch interpolation {
    case .nearest:
      return picked(
        columns: Self.nearest(from: self.width, to: width, columns),
        rows: Self.nearest(from: self.height, to: height, rows))
    case .bilinear:
      // A pass that changes nothing is left out, as in PIL.
      let down = height == self.height ? nil : Taps(from: self.height, to: height, rows)
      let needed = down?.reach ?? rows
      let across =
        width == self.width
        ? cropped(columns: columns, rows: needed)
        : filteredRows(Taps(from: self.width, to: width, columns), rows: needed)
      return down.map { across.filteredColumns($0, from: needed.lowerBound) } ?? across
    }
  }

  /// A part of the image.
  public func cropped(columns: Range<Int>, rows: Range<Int>) -> Raster {
    guard columns.count < width || rows.count < height else { return self }
    var part: [UInt8] = []
    part.reserveCapacity(columns.count * rows.count * channels)
    for y in rows {
      let start = (y * width + columns.lowerBound) * channels
      part += bytes[start..<start + columns.count * channels]
    }
    return Raster(width: columns.count, height: rows.count, channels: channels, bytes: part)
  }

  /// The pixels where the named columns and rows cross.
  private func picked(columns: [Int], rows: [Int]) -> Raster {
    let count = columns.count * rows.count * channels
    let out = [UInt8](unsafeUninitializedCapacity: count) { out, filled in
      bytes.withUnsafeBufferPointer { source in
        var place = 0
        for y in rows {
          let row = y * self.width
          for x in columns {
            let start = (row + x) * channels
            for channel in 0..<channels {
              out[place] = source[start + channel]
              place += 1
            }
          }
        }
      }
      filled = count
    }
    return Raster(width: columns.count, height: rows.count, channels: channels, bytes: out)
  }

  private static func nearest(from old: Int, to new: Int, _ part: Range<Int>) -> [Int] {
    let scale = Double(old) / Double(new)
    return part.map { min(Int((Double($0) + 0.5) * scale), old - 1) }
  }

  /// Filters along the rows `rows`.
  func filteredRows(_ taps: Taps, rows: Range<Int>) -> Raster {
    let width = taps.starts.count
    let total = width * rows.count * channels
    let out = [UInt8](unsafeUninitializedCapacity: total) { out, count in
      bytes.withUnsafeBufferPointer { source in
        taps.weights.withUnsafeBufferPointer { weights in
          guard let source = source.baseAddress, let weights = weights.baseAddress,
            var target = out.baseAddress
          else { return }
          for y in rows {
            let row = source + y * self.width * channels
            for x in 0..<width {
              let first = row + taps.starts[x] * channels
              let own = weights + x * taps.width
              let reach = taps.counts[x]
              for channel in 0..<channels {
                var sum = Taps.half
                for tap in 0..<reach {
                  sum &+= Int32(first[tap &* channels &+ channel]) &* own[tap]
                }
                target.pointee = Taps.byte(sum)
                target += 1
              }
            }
          }
        }
      }
      count = total
    }
    return Raster(width: width, height: rows.count, channels: channels, bytes: out)
  }

  /// Filters along the columns; this image's first row is row `first` of the one that the taps speak of.
  func filteredColumns(_ taps: Taps, from first: Int) -> Raster {
    let height = taps.starts.count
    let stride = width * channels
    let out = [UInt8](unsafeUninitializedCapacity: stride * height) { out, count in
      bytes.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress, let target = out.baseAddress else { return }
        var sums = [Int32](repeating: 0, count: stride)
        sums.withUnsafeMutableBufferPointer { sums in
          guard let sums = sums.baseAddress else { return }
          for y in 0..<height {
            for place in 0..<stride { sums[place] = Taps.half }
            for tap in 0..<taps.counts[y] {
              let row = source + (taps.starts[y] + tap - first) * stride
              let weight = taps.weights[y * taps.width + tap]
              for place in 0..<stride { sums[place] &+= Int32(row[place]) &* weight }
            }
            let line = target + y * stride
            for place in 0..<stride { line[place] = Taps.byte(sums[place]) }
          }
        }
      }
      count = stride * height
    }
    return Raster(width: width, height: height, channels: channels, bytes: out)
  }
}

/// For every new pixel of a part of a line the old ones that it is made of and their weights, in units of 2^-22.
struct Taps {
  static let bits: Int32 = 22
  static let half: Int32 = 1 << (bits - 1)

  private(set) var starts: [Int]
  let counts: [Int]
  /// `width` weights for every new pixel.
  let weights: [Int32]
  let width: Int
  /// The old pixels that any new one is made of.
  let reach: Range<Int>

  @inline(__always)
  static func byte(_ sum: Int32) -> UInt8 { UInt8(clamping: sum >> bits) }

  init(from old: Int, to new: Int, _ part: Range<Int>) {
    self.init(of: old, box: 0..<Double(old), to: new, part)
  }

  /// Of `box` alone, on a line of `old` pixels.
  init(of old: Int, box: Range<Double>, to new: Int, _ part: Range<Int>) {
    let scale = (box.upperBound - box.lowerBound) / Double(new)
    let reach = max(scale, 1)
    let width = Int(reach.rounded(.up)) * 2 + 1
    var starts: [Int] = []
    var counts: [Int] = []
    var weights = [Int32](repeating: 0, count: width * part.count)
    for place in part {
      let centre = box.lowerBound + (Double(place) + 0.5) * scale
      let start = max(Int(centre - reach + 0.5), 0)
      let end = min(Int(centre + reach + 0.5), old)
      let raw = (start..<end).map { max(1 - abs((Double($0) - centre + 0.5) / reach), 0) }
      let total = raw.reduce(0, +)
      for (index, weight) in raw.enumerated() {
        weights[(place - part.lowerBound) * width + index] =
          Int32(weight / total * Double(1 << Self.bits) + 0.5)
      }
      starts.append(start)
      counts.append(end - start)
    }
    self.starts = starts
    self.counts = counts
    self.weights = weights
    self.width = width
    let last = zip(starts, counts).map { $0 + $1 }.max() ?? 0
    self.reach = (starts.min() ?? 0)..<last
  }

  /// The same for a line that begins at the first pixel that is reached.
  var fromReach: Taps {
    var taps = self
    taps.starts = starts.map { $0 - reach.lowerBound }
    return taps
  }
}
