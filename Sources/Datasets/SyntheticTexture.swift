/// What darkens or lightens a part of a figure.
struct SyntheticTexture {
  enum Kind: CaseIterable {
    case plain
    case darkStripes
    case lightRings
    case darkChecks
    case lightDots
  }

  let kind: Kind
  /// Pixels after which it repeats.
  let period: Double
  /// How far its parts go towards black or white, as a share of the way.
  let contrast: Double

  /// A colour at a place from the figure's centre, in the figure's own directions.
  func tinted(_ color: [Double], at place: (x: Double, y: Double)) -> [Double] {
    guard isTinted(place) else { return color }
    return switch kind {
    case .plain: color
    case .darkStripes, .darkChecks: color.map { $0 - contrast * $0 }
    case .lightRings, .lightDots: color.map { $0 + contrast * (1 - $0) }
    }
  }

  private func isTinted(_ place: (x: Double, y: Double)) -> Bool {
    switch kind {
    case .plain: return false
    case .darkStripes: return isSecondHalf(place.x)
    case .lightRings: return isSecondHalf((place.x * place.x + place.y * place.y).squareRoot())
    case .darkChecks: return isSecondHalf(place.x) != isSecondHalf(place.y)
    case .lightDots:
      let (x, y) = (phase(place.x) - 0.5, phase(place.y) - 0.5)
      return x * x + y * y < 0.09
    }
  }

  /// Position within the period, 0 ..< 1.
  private func phase(_ x: Double) -> Double { x / period - (x / period).rounded(.down) }

  private func isSecondHalf(_ x: Double) -> Bool { phase(x) >= 0.5 }
}
