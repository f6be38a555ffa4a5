extension Raster {
  /// PIL's `GaussianBlur`: three box filters in each direction whose variances sum to `radius` squared, in fixed
  /// point on bytes, with the edge pixels repeated.
  public func blurred(radius: Double) -> Raster {
    guard radius > 0 else { return self }
    let box = BoxFilter(radius: Self.boxRadius(Float(radius)))
    var image = self
    for _ in 0..<Self.passes {
      image = image.filtered(box, lines: height, count: width, step: 1, lineStep: width)
    }
    for _ in 0..<Self.passes {
      image = image.filtered(box, lines: width, count: height, step: width, lineStep: 1)
    }
    return image
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

  /// Filters `lines` lines of `count` pixels, which lie `step` pixels apart.
  private func filtered(_ box: BoxFilter, lines: Int, count: Int, step: Int, lineStep: Int)
    -> Raster
  {
    var result = self
    let whole = box.whole
    for line in 0..<lines {
      for channel in 0..<channels {
        let start = line * lineStep * channels + channel
        func value(_ index: Int) -> UInt32 {
          UInt32(bytes[start + min(max(index, 0), count - 1) * step * channels])
        }
        var sum = (-whole...whole).reduce(UInt32(0)) { $0 + value($1) }
        for index in 0..<count {
          let edges = value(index - whole - 1) + value(index + whole + 1)
          result.bytes[start + index * step * channels] = box.byte(sum: sum, edges: edges)
          sum = sum + value(index + whole + 1) - value(index - whole)
        }
      }
    }
    return result
  }
}

/// A box of 2 whole + 1 pixels and two edges of a smaller weight, in units of 2^-24.
private struct BoxFilter {
  let whole: Int
  private let weight: UInt32
  private let edge: UInt32

  init(radius: Float) {
    let one = Float(1 << 24)
    whole = Int(radius)
    weight = UInt32(one / (radius * 2 + 1))
    edge = (UInt32(one) - (UInt32(2 * whole + 1)) * weight) / 2
  }

  func byte(sum: UInt32, edges: UInt32) -> UInt8 {
    UInt8(truncatingIfNeeded: (sum &* weight &+ edges &* edge &+ (1 << 23)) >> 24)
  }
}
