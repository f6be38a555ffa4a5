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
    // Thirds of a turn behind red, green or blue.
    let distance: Double =
      switch self {
      case .greys, .primaries: 0
      case .intermediates: stream.flips() ? 0.25 : 0.75
      case .secondaries: 0.5
      }
    let hue = (Double(stream.integer(below: 3)) + distance + stream.between(-0.06, 0.06)) / 3
    let saturation = stream.between(0.7, 1)
    let isGrey = self == .greys
    return SyntheticImage.rgb(
      hue: hue, saturation: isGrey ? 0 : saturation,
      value: isGrey ? stream.between(0.4, 0.65) : stream.between(0.6, 1))
  }
}
