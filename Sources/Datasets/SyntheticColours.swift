import Randomness

/// A family of colours.
enum SyntheticColours: CaseIterable {
  /// All channels alike.
  case greys
  /// One channel: red, green, blue.
  case primaries
  /// One channel and a half of another: orange, spring green and their like.
  case intermediates
  /// Two channels: yellow, cyan, magenta.
  case secondaries

  func draw(_ stream: inout RandomStream) -> [Double] {
    let third: Double =
      switch self {
      case .greys: 0
      case .primaries: 0
      case .intermediates: stream.flips() ? 0.25 : 0.75
      case .secondaries: 0.5
      }
    let hue = (Double(stream.integer(below: 3)) + third + stream.between(-0.06, 0.06)) / 3
    let saturation = stream.between(0.7, 1)
    return self == .greys
      ? SyntheticImage.rgb(hue: hue, saturation: 0, value: stream.between(0.4, 0.65))
      : SyntheticImage.rgb(hue: hue, saturation: saturation, value: stream.between(0.6, 1))
  }
}
