import Distillation
public import Lipschitz

/// How a released script computes the Lipschitz term and what it divides alpha by.
public struct ReleasedTerm: Hashable, Sendable {
  /// What alpha is divided by.
  enum Divisor: Hashable, Sendable {
    case constant(Double)
    /// So many times the images of a batch.
    case batch(times: Double)
  }

  /// The power steps through which it back-propagates.
  public let norm: SpectralNorm
  /// Their number and start, in words.
  let stepsInWords: String
  private let divisor: Divisor
  /// What is not known of it, for a run's deviations; nil where nothing is missing.
  let note: String?

  private init(norm: SpectralNorm, stepsInWords: String, divisor: Divisor, note: String? = nil) {
    self.norm = norm
    self.stepsInWords = stepsInWords
    self.divisor = divisor
    self.note = note
  }

  /// What alpha is divided by in batches of `batchSize`.
  public func alphaDivisor(batchSize: Int) -> Double {
    switch divisor {
    case .constant(let number): number
    case .batch(let times): Double(batchSize) * times
    }
  }

  /// Ten steps from random numbers, over 200.
  static let cifar = ReleasedTerm(
    norm: .powerIteration(steps: LipschitzVariant.releasedSteps), stepsInWords: "ten",
    divisor: .constant(LipschitzGuidedObjective.usualDivisor))

  /// Five steps from all ones, over 10,000 times the batch. The script adds the terms of its replicas up, each a mean over
  /// its own images, so that alpha counts once for each of them.
  static let imageNet = ReleasedTerm(
    norm: .powerIterationFromOnes(steps: 5), stepsInWords: "five", divisor: .batch(times: 10_000),
    note:
      "the released script adds the Lipschitz terms of its replicas up, whose number is not known: alpha counts once, as "
      + "with one")
}

extension SpectralNorm {
  /// Members of a configuration that tell the power steps; ten from random numbers are told by their number alone.
  var powerMembers: [String: Int] {
    switch self {
    case .powerIteration(let steps): ["power_steps": steps]
    case .powerIterationFromOnes(let steps): ["power_steps": steps, "power_start_ones": 1]
    case .frozenIterateFromOnes(let steps): ["power_steps": steps, "power_frozen": 1]
    case .singularPair: [:]
    }
  }
}
