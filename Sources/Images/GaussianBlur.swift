extension Raster {
  /// PIL's `GaussianBlur`: three box filters in each direction whose variances sum to `radius` squared, in fixed
  /// point on bytes, with the edge pixels repeated.
  public func blurred(radius: Double) -> Raster {
    guard radius > 0 else { return self }
    let box = BoxFilter(radius: Self.boxRadius(Float(radius)))
    var (image, other) = (bytes, bytes)
    for _ in 0..<Self.passes {
      for y in 0..<height {
        box.filter(image, into: &other, from: y * width * channels, steps: width, lanes: channels)
      }
      swap(&image, &other)
    }
    for _ in 0..<Self.passes {
      box.filter(image, into: &other, from: 0, steps: height, lanes: width * channels)
      swap(&image, &other)
    }
    return Raster(width: width, height: height, channels: channels, bytes: image)
  }

  private static let passes = 3

  /// Radius of the box with a fractional edge whose variance is a third of the Gaussian's; in single precision as
  /// in PIL, on which the last bit depends.
  private static func boxRadius(_ radius: Float) -> Float {
    let variance = radius * radius / Float(passes)
    let whole = (((12 * variance + 1).squareRoot() - 1) / 2).rounded(.down)
    let edge =
      (2 * whole + 1) * (whole * (whole + 1) - 3 * variance)
      / (6 * (variance - (whole + 1) * (whole + 1)))
    return whole + edge
  }
}

/// A box of 2 whole + 1 pixels and two edges of a smaller weight, in units of 2^-24.
private struct BoxFilter {
  private let whole: Int
  private let weight: UInt32
  private let edge: UInt32

  init(radius: Float) {
    let one = Float(1 << 24)
    whole = Int(radius)
    weight = UInt32(one / (radius * 2 + 1))
    edge = (UInt32(one) - (UInt32(2 * whole + 1)) * weight) / 2
  }

  /// Filters `lanes` lines side by side, which begin at `start` and have `steps` pixels each, `lanes` bytes apart: the
  /// channels of a row, or all columns at once.
  func filter(
    _ source: [UInt8], into target: inout [UInt8], from start: Int, steps: Int, lanes: Int
  ) {
    source.withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        whole == 0
          ? filterNarrow(source + start, target + start, steps, lanes)
          : filterWide(source + start, target + start, steps, lanes)
      }
    }
  }

  @inline(__always)
  private func byte(_ sum: UInt32, _ edges: UInt32) -> UInt8 {
    UInt8(truncatingIfNeeded: (sum &* weight &+ edges &* edge &+ (1 << 23)) >> 24)
  }

  /// A box of one pixel: three neighbours, in one run over everything between the first and the last step.
  private func filterNarrow(
    _ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, _ steps: Int,
    _ lanes: Int
  ) {
    @inline(__always) func write(_ place: Int, _ before: Int, _ after: Int) {
      target[place] = byte(
        UInt32(source[place]), UInt32(source[before]) &+ UInt32(source[after]))
    }
    let last = (steps - 1) * lanes
    for lane in 0..<lanes {
      write(lane, lane, steps > 1 ? lane + lanes : lane)
      if steps > 1 { write(last + lane, last + lane - lanes, last + lane) }
    }
    guard steps > 2 else { return }
    for place in lanes..<last { write(place, place &- lanes, place &+ lanes) }
  }

  /// A wider box: a running sum for every lane.
  private func filterWide(
    _ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, _ steps: Int,
    _ lanes: Int
  ) {
    func row(_ step: Int) -> UnsafePointer<UInt8> {
      source + min(max(step, 0), steps - 1) * lanes
    }
    var sums = [UInt32](repeating: 0, count: lanes)
    for step in -whole...whole {
      let line = row(step)
      for lane in 0..<lanes { sums[lane] &+= UInt32(line[lane]) }
    }
    sums.withUnsafeMutableBufferPointer { sums in
      guard let sums = sums.baseAddress else { return }
      for step in 0..<steps {
        let (before, first) = (row(step - whole - 1), row(step - whole))
        let after = row(step + whole + 1)
        let line = target + step * lanes
        for lane in 0..<lanes {
          let next = UInt32(after[lane])
          line[lane] = byte(sums[lane], UInt32(before[lane]) &+ next)
          sums[lane] = sums[lane] &+ next &- UInt32(first[lane])
        }
      }
    }
  }
}
