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
    }
  }

  /// Epochs at which the rate changes; a protocol may restart the momentum there.
  public var dropEpochs: [Int] {
    switch self {
    case .steps(_, let drops): drops.map(\.epoch)
    case .polynomial: []
    }
  }
}
