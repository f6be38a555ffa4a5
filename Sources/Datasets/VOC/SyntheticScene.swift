import Images
import Randomness

/// The figures of one synthetic photo: three to six on a blotched, shaded and noisy ground, which may cover a part of each
/// other.
///
/// The class fixes the kind of figure, that is the number of lobes and the texture (five), and the family of its colours
/// (four). Place, size, angle, contrast and colours vary. Families stay what they are where the channels of a photo change
/// places, as SSD's distortion does it.
/// Only additions, multiplications, divisions, square roots and roundings are used: the bytes are the same on every machine.
struct SyntheticScene {
  private struct Object {
    let label: Int
    let figure: SyntheticFigure
    let texture: SyntheticTexture
    let center: (x: Double, y: Double)
    let color: [Double]
  }

  private let size: (width: Int, height: Int)
  private let ground: [Double]
  private let slope: (x: Double, y: Double)
  private let blotches: SyntheticBlotches
  private let noise: Double
  private var objects: [Object] = []
  private var stream: RandomStream

  private static let counts = 3...6
  private static let tries = 20
  /// Two centres are at least so far apart, in sums of radii: more than half of a figure stays in sight.
  private static let leastDistance = 0.7

  init(size: (width: Int, height: Int), stream: RandomStream) {
    var stream = stream
    self.size = size
    ground = SyntheticImage.rgb(
      hue: stream.uniform(), saturation: stream.between(0, 0.3),
      value: stream.flips() ? stream.between(0.15, 0.35) : stream.between(0.7, 0.9))
    slope = (stream.between(-0.002, 0.002), stream.between(-0.002, 0.002))
    blotches = SyntheticBlotches(size: size, strength: stream.between(0, 0.15), &stream)
    noise = stream.between(4, 16)
    for _ in 0..<Self.counts.lowerBound + stream.integer(below: Self.counts.count) {
      let label = stream.integer(below: VOCDevkit.classes.count)
      let families = SyntheticColours.allCases
      let (kind, family) = (label / families.count, label % families.count)
      let radius = stream.between(22, 46)
      let color = families[family].draw(&stream)
      let figure = SyntheticFigure(
        lobes: 2 + kind, isHollow: false, angle: stream.direction(), radius: radius,
        depth: stream.between(0.3, 0.45))
      let texture = SyntheticTexture(
        kind: .allCases[kind], period: radius * stream.between(0.45, 0.65),
        contrast: stream.between(0.5, 0.85))
      // A figure that finds no place is left out.
      for _ in 0..<Self.tries {
        let center = (
          x: stream.between(radius, Double(size.width) - radius),
          y: stream.between(radius, Double(size.height) - radius)
        )
        let isFree = objects.allSatisfy { other in
          let (dx, dy) = (other.center.x - center.x, other.center.y - center.y)
          return (dx * dx + dy * dy).squareRoot()
            > Self.leastDistance * (radius + other.figure.radius)
        }
        if isFree {
          objects.append(
            Object(label: label, figure: figure, texture: texture, center: center, color: color))
          break
        }
      }
    }
    self.stream = stream
  }

  /// The photo, the class of every pixel, 0 for background and `void` for edges, and for every object in sight its class and
  /// the smallest box around its pixels, 1-based, both ends inclusive.
  func rendered(void: UInt8) -> (photo: Raster, mask: Raster, boxes: [(label: Int, box: [Int])]) {
    var photo = Raster(width: size.width, height: size.height, filling: [0, 0, 0])
    var mask = Raster(width: size.width, height: size.height, filling: [0])
    var boxes = [[Int]?](repeating: nil, count: objects.count)
    var stream = self.stream
    for y in 0..<size.height {
      for x in 0..<size.width {
        let (dx, dy) = (Double(x) + 0.5, Double(y) + 0.5)
        let shade =
          slope.x * (dx - Double(size.width) / 2) + slope.y * (dy - Double(size.height) / 2)
          + blotches.value(dx, dy)
        var color = ground.map { $0 + shade }
        var front: (object: Int, isWhole: Bool)?
        for (index, object) in objects.enumerated() {
          let place = (x: dx - object.center.x, y: dy - object.center.y)
          let cover = object.figure.coverage(place.x, place.y)
          guard cover > 0 else { continue }
          front = (index, cover == 1)
          let own = object.texture.tinted(
            object.color, at: object.figure.turned(place.x, place.y))
          for channel in 0..<3 { color[channel] += cover * (own[channel] - color[channel]) }
        }
        if let front {
          mask[x, y, 0] = front.isWhole ? UInt8(objects[front.object].label + 1) : void
          if front.isWhole { Self.widen(&boxes[front.object], x + 1, y + 1) }
        }
        var bits = stream.next()
        for channel in 0..<3 {
          let grain = Double(bits & 0xFFFF) / 65535 - 0.5
          bits >>= 16
          photo[x, y, channel] = UInt8(
            min(max((255 * color[channel] + 2 * noise * grain).rounded(), 0), 255))
        }
      }
    }
    let seen = zip(objects, boxes).compactMap { object, box in box.map { (object.label, $0) } }
    return (photo, mask, seen)
  }

  private static func widen(_ box: inout [Int]?, _ x: Int, _ y: Int) {
    let old = box ?? [x, y, x, y]
    box = [min(old[0], x), min(old[1], y), max(old[2], x), max(old[3], y)]
  }
}
