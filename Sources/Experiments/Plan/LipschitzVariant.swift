import Distillation
import Lipschitz
public import UserErrors

/// One departure from LONDON's Lipschitz term.
public enum LipschitzVariant: Hashable, Sendable, CustomStringConvertible {
  /// Another absolute weight.
  case alpha(Double)
  /// A share of the total loss instead of an absolute weight.
  case share(Double)
  /// Unrolled power iteration with so many steps, from random numbers.
  case steps(Int)
  /// Ten unrolled steps from all ones.
  case startOnes
  /// (s / t - 1)² instead of (s - t)².
  case ratio
  /// One matrix for the batch.
  case batchMatrix
  /// Both student maps behind their connectors.
  case symmetricPair

  /// The steps of the released code on CIFAR.
  static let releasedSteps = 10
  private static let known =
    "alpha=NUMBER, share=NUMBER (0 to 1), steps=NUMBER, start=ones, compare=ratio, matrix=batch, "
    + "pair=symmetric"

  /// Those of an ablation, around the released weight of a setting.
  public static func all(alpha: Double) -> [LipschitzVariant] {
    [0.1, 10, 100, 1000].map { .alpha(alpha * $0) } + [0.05, 0.2, 0.5].map { .share($0) }
      + [1, 5, 10].map { .steps($0) } + [.startOnes, .ratio, .batchMatrix, .symmetricPair]
  }

  /// Reads a variant such as `share=0.2`.
  public init(_ text: String) throws(UsageError) {
    let words = text.split(separator: "=", maxSplits: 1).map(String.init)
    let (name, value) = (words.first ?? "", words.count == 2 ? words[1] : "")
    switch (name, value, Double(value)) {
    case ("alpha", _, .some(let alpha)) where alpha > 0 && alpha.isFinite: self = .alpha(alpha)
    case ("share", _, .some(let share)) where share > 0 && share < 1: self = .share(share)
    case ("steps", _, .some(let steps))
    where (1...1000).contains(steps) && steps == steps.rounded():
      self = .steps(Int(steps))
    case ("start", "ones", _): self = .startOnes
    case ("compare", "ratio", _): self = .ratio
    case ("matrix", "batch", _): self = .batchMatrix
    case ("pair", "symmetric", _): self = .symmetricPair
    default:
      throw UsageError(
        "there is no variant \"\(text)\" of the Lipschitz term; known are \(Self.known)")
    }
  }

  /// The text that `init(_:)` reads.
  public var description: String {
    switch self {
    case .alpha(let alpha): "alpha=\(alpha)"
    case .share(let share): "share=\(share)"
    case .steps(let steps): "steps=\(steps)"
    case .startOnes: "start=ones"
    case .ratio: "compare=ratio"
    case .batchMatrix: "matrix=batch"
    case .symmetricPair: "pair=symmetric"
    }
  }

  /// Whether the term is in other units than the paper's, so that alpha alone would mean nothing: its first gradient is
  /// made as long as that of the paper's term.
  var isMatched: Bool { self == .ratio || self == .batchMatrix }

  /// Changes a term.
  func apply(
    to loss: inout LipschitzLoss, weight: inout LipschitzGuidedObjective.Weight,
    pair: inout LipschitzGuidedObjective.StudentPair
  ) {
    switch self {
    case .alpha(let alpha): weight = .alpha(alpha, lateFactor: 1)
    case .share(let share): weight = .share(share)
    case .steps(let steps): loss.norm = .powerIteration(steps: steps)
    case .startOnes: loss.norm = .powerIterationFromOnes(steps: Self.releasedSteps)
    case .ratio: loss.comparison = .ratio
    case .batchMatrix: loss.matrix = .perBatch
    case .symmetricPair: pair = .symmetric
    }
  }
}
