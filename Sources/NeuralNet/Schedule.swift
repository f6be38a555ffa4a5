#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Learning rate as a function of the place in training.
public enum Schedule: Hashable, Sendable {
  /// `base`, replaced from an epoch on by each drop's rate. Epochs count from 0, drops rise.
  case steps(base: Double, drops: [Drop])
  /// base * (1 - step / steps)^power, step counted over the whole training.
  case polynomial(base: Double, power: Double)
  /// Rises linearly to `base` over the steps of the first `warmUpEpochs` of `epochs`, then follows half a cosine to zero
  /// behind the last step (Loshchilov and Hutter 2017, without restarts).
  case cosine(base: Double, warmUpEpochs: Int, epochs: Int)

  /// A new learning rate from an epoch on.
  public struct Drop: Hashable, Sendable {
    /// First epoch, counted from 0, that uses the rate.
    public let epoch: Int
    /// What the base rate is divided by.
    public let divisor: Double

    /// Makes a drop.
    public init(epoch: Int, divisor: Double) {
      self.epoch = epoch
      self.divisor = divisor
    }
  }

  /// The rate of a step. `step` counts from 0 over all epochs; `stepsInTotal` is their number.
  public func learningRate(epoch: Int, step: Int, stepsInTotal: Int) -> Double {
    switch self {
    case .steps(let base, let drops):
      let divisor = drops.last { $0.epoch <= epoch }?.divisor ?? 1
      return base / divisor
    case .polynomial(let base, let power):
      return base * pow(1 - Double(step) / Double(stepsInTotal), power)
    case .cosine(let base, let warmUpEpochs, let epochs):
      let rising = Double(stepsInTotal) * Double(warmUpEpochs) / Double(epochs)
      let done = Double(step)
      guard done >= rising else { return base * (done + 1) / (rising + 1) }
      let share = (done - rising) / max(Double(stepsInTotal) - rising, 1)
      return base * (1 + cos(Double.pi * share)) / 2
    }
  }

  /// The rate before it falls, and behind a rise.
  public var baseRate: Double {
    switch self {
    case .steps(let base, _), .polynomial(let base, _), .cosine(let base, _, _): base
    }
  }

  /// Epochs at which the rate changes; a protocol may restart the momentum there.
  public var dropEpochs: [Int] {
    switch self {
    case .steps(_, let drops): drops.map(\.epoch)
    case .polynomial, .cosine: []
    }
  }
}
