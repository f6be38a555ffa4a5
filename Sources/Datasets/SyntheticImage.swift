import Randomness

/// Draws one synthetic image: a rotated figure with a number of lobes, filled or hollow, in one of ten
/// hues, over a shaded background, with a disc in front and noise.
///
/// The class fixes lobes, filling and the range of hues. Place, size, angle, shade, background, disc and
/// noise vary within a class, and neighbouring ranges of hue overlap, so that no classifier is perfect.
/// Only additions, multiplications, divisions and square roots are used: the bytes are the same on every
/// machine.
struct SyntheticImage {
  static let figureCount = 10
  static let hueCount = 10

  private let figure: SyntheticFigure
  private let center: (x: Double, y: Double)
  private let color: [Double]
  private let background: [Double]
  private let slope: (x: Double, y: Double)
  private let disc: (x: Double, y: Double, radius: Double)
  private let discColor: [Double]
  private let noise: Double
  private var stream: RandomStream

  /// Draws the parameters of an image of class `label` from `stream`.
  init(label: Int, stream: RandomStream) {
    var stream = stream
    let figure = label % Self.figureCount
    let angle = stream.direction()
    center = (stream.between(12, 20), stream.between(12, 20))
    self.figure = SyntheticFigure(
      lobes: 2 + figure / 2, isHollow: figure % 2 == 1, angle: angle,
      radius: stream.between(8, 13), depth: stream.between(0.25, 0.4))
    // The sum of three uniform numbers leaves the class's own tenth of the circle in one of ten images.
    let bell = stream.uniform() + stream.uniform() + stream.uniform() - 1.5
    let hue = (Double(label / Self.figureCount) + 0.5 + 0.6 * bell) / Double(Self.hueCount)
    color = Self.rgb(
      hue: hue, saturation: stream.between(0.5, 1), value: stream.between(0.5, 1))
    background = Self.rgb(
      hue: stream.uniform(), saturation: stream.between(0, 0.4), value: stream.between(0.1, 0.9))
    slope = (stream.between(-0.015, 0.015), stream.between(-0.015, 0.015))
    disc = (stream.between(0, 32), stream.between(0, 32), stream.between(2, 5))
    discColor = Self.rgb(
      hue: stream.uniform(), saturation: stream.uniform(), value: stream.uniform())
    noise = stream.between(8, 40)
    self.stream = stream
  }

  /// Appends the planes red, green, blue to `bytes`.
  mutating func appendPlanes(to bytes: inout [UInt8]) {
    let side = CIFAR100.side
    let start = bytes.count
    let plane = side * side
    bytes.append(contentsOf: repeatElement(0, count: CIFAR100.channels * plane))
    for y in 0..<side {
      for x in 0..<side {
        let (dx, dy) = (Double(x) + 0.5, Double(y) + 0.5)
        let cover = figure.coverage(dx - center.x, dy - center.y)
        let discCover = discCoverage(dx - disc.x, dy - disc.y)
        let shade = slope.x * (dx - 16) + slope.y * (dy - 16)
        var bits = stream.next()
        for channel in 0..<CIFAR100.channels {
          var value = background[channel] + shade
          value += cover * (color[channel] - value)
          value += discCover * (discColor[channel] - value)
          // 16 of the 64 random bits per channel, centred.
          let grain = Double(bits & 0xFFFF) / 65535 - 0.5
          bits >>= 16
          let level = (255 * value + 2 * noise * grain).rounded()
          bytes[start + channel * plane + y * side + x] = UInt8(min(max(level, 0), 255))
        }
      }
    }
  }

  private func discCoverage(_ x: Double, _ y: Double) -> Double {
    SyntheticFigure.clamped(disc.radius - (x * x + y * y).squareRoot() + 0.5)
  }

  /// Red, green and blue in 0 ... 1 of a colour given by hue (in turns), saturation and value.
  static func rgb(hue: Double, saturation: Double, value: Double) -> [Double] {
    let sextant = 6 * (hue - hue.rounded(.down))
    return [5.0, 3.0, 1.0].map { offset in
      let k = (offset + sextant).truncatingRemainder(dividingBy: 6)
      return value * (1 - saturation * max(0, min(k, 4 - k, 1)))
    }
  }
}
