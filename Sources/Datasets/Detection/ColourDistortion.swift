import Foundation
import Randomness

/// One draw of SSD's photometric distortion; values are levels 0 ... 255 on the way in and are not clamped.
public struct ColourDistortion: Hashable, Sendable {
  /// Added to every channel.
  public var brightness: Float = 0
  /// Factor of every channel.
  public var contrast: Float = 1
  /// Whether the contrast changes before saturation and hue, not after them.
  public var contrastComesFirst = true
  /// Factor of the saturation.
  public var saturation: Float = 1
  /// Turn of the hue, degrees.
  public var hue: Float = 0
  /// Which channel each channel becomes.
  public var channels = [0, 1, 2]

  /// Nothing changes.
  public static let none = ColourDistortion()

  private static let orders = [
    [0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0],
  ]

  private init() {}

  /// Each step happens in half of the cases: brightness by up to 32, contrast and saturation by 0.5 to 1.5, hue by up
  /// to 18 degrees, an order of the channels; the place of the contrast is drawn, too.
  init(from stream: inout RandomStream) {
    if stream.flips() { brightness = Float(stream.between(-32, 32)) }
    contrastComesFirst = stream.flips()
    if stream.flips() { contrast = Float(stream.between(0.5, 1.5)) }
    if stream.flips() { saturation = Float(stream.between(0.5, 1.5)) }
    if stream.flips() { hue = Float(stream.between(-18, 18)) }
    if stream.flips() { channels = Self.orders[stream.integer(below: Self.orders.count)] }
  }

  /// Whether levels stay as they are; the channels may still change places.
  var keepsLevels: Bool { keepsHue && brightness == 0 && contrast == 1 }

  private var keepsHue: Bool { saturation == 1 && hue == 0 }

  /// The levels of a pixel after the distortion, before the channels change places.
  @inline(__always)
  func apply(_ red: Float, _ green: Float, _ blue: Float) -> (Float, Float, Float) {
    var (r, g, b) = (red + brightness, green + brightness, blue + brightness)
    if contrastComesFirst { (r, g, b) = (r * contrast, g * contrast, b * contrast) }
    if !keepsHue { (r, g, b) = turned(r, g, b) }
    if !contrastComesFirst { (r, g, b) = (r * contrast, g * contrast, b * contrast) }
    return (r, g, b)
  }

  /// Through hue, saturation and value and back.
  @inline(__always)
  private func turned(_ r: Float, _ g: Float, _ b: Float) -> (Float, Float, Float) {
    let value = max(r, g, b)
    let range = value - min(r, g, b)
    let scale = range > 0 ? 60 / range : 0
    var angle: Float
    if value == r {
      angle = (g - b) * scale
    } else if value == g {
      angle = 120 + (b - r) * scale
    } else {
      angle = 240 + (r - g) * scale
    }
    angle += hue
    if angle < 0 { angle += 360 }
    if angle >= 360 { angle -= 360 }
    // The saturation is range over value; a factor of it is one of the range.
    let wide = range * saturation
    let sextant = angle / 60
    @inline(__always) func channel(_ offset: Float) -> Float {
      var k = offset + sextant
      if k >= 6 { k -= 6 }
      return value - wide * max(0, min(k, 4 - k, 1))
    }
    return (channel(5), channel(3), channel(1))
  }
}
