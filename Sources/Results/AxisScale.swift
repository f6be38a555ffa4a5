import Foundation

/// How values of one direction become places of a plot: round ticks, linear or by powers of ten.
struct AxisScale {
  /// How ticks follow each other.
  enum Kind: Sendable {
    /// Equal steps.
    case linear
    /// Equal steps of whole numbers, as of epochs.
    case whole
    /// Equal factors; for positive values.
    case logarithmic
  }

  /// Values with a tick, rising.
  let ticks: [Double]
  private let kind: Kind
  private let low: Double
  private let high: Double
  private let decimals: Int

  private static let wantedTicks = 6.0

  /// Covers `values`, whose ticks are multiples of 1, 2 or 5 times a power of ten, or powers of ten.
  init(_ values: [Double], _ kind: Kind = .linear) {
    let finite = values.filter { $0.isFinite && (kind != .logarithmic || $0 > 0) }
    let (least, most) = (finite.min() ?? (kind == .logarithmic ? 1 : 0), finite.max() ?? 1)
    self.kind = kind
    switch kind {
    case .linear, .whole:
      let width = least < most ? most - least : max(abs(least), 1)
      let step = max(Self.step(width / Self.wantedTicks), kind == .whole ? 1 : 0)
      let first = (least / step).rounded(.down)
      let last = max((most / step).rounded(.up), first + 1)
      ticks = (Int(first)...Int(last)).map { Double($0) * step }
      decimals = max(0, Int((-log10(step)).rounded(.up)))
    case .logarithmic:
      let first = log10(least).rounded(.down)
      let last = max(log10(most).rounded(.up), first + 1)
      ticks = (Int(first)...Int(last)).map { pow(10, Double($0)) }
      decimals = 0
    }
    low = ticks[0]
    high = ticks[ticks.count - 1]
  }

  /// The smallest round number that is no smaller than `width`.
  private static func step(_ width: Double) -> Double {
    let power = pow(10, log10(width).rounded(.down))
    return [1, 2, 5].map { $0 * power }.first { $0 >= width * 0.999_999 } ?? 10 * power
  }

  /// 0 at the first tick, 1 at the last.
  func share(_ value: Double) -> Double {
    switch kind {
    case .linear, .whole: (value - low) / (high - low)
    case .logarithmic: log10(max(value, low) / low) / log10(high / low)
    }
  }

  /// The text of a tick.
  func text(_ tick: Double) -> String {
    guard kind == .logarithmic else { return String(format: "%.\(decimals)f", tick) }
    return (1e-3..<1e5).contains(tick) ? String(format: "%g", tick) : String(format: "%.0e", tick)
  }
}
