import Foundation
public import TensorCore

/// The norms of a network's layers, and bounds of what is between any two of its maps.
///
/// Reads the network off the trace of one image's forward pass with running statistics.
public struct NetworkNorms {
  /// All layers, in the order of the pass.
  public let layers: [LayerNorm]
  /// What each step multiplies Lipschitz constants by; nil where nothing is known. Steps without a factor of their own, such
  /// as sums, have 1.
  private let factors: [Double?]
  /// For a convolution behind a ReLU behind another one: that one, and a factor for both.
  private let pairs: [Int: (first: Int, factor: Double)]
  private let trace: OperationTrace
  private let image: Int

  /// Measures all layers. `image` is the step of the images, `boundaries` those of the maps between which bounds will be asked
  /// for, `names` the state-dict keys of parameters by their steps; `progress` is told of every layer as it is done.
  public init(
    _ trace: OperationTrace, image: Int, boundaries: Set<Int>, seed: UInt64 = 0,
    names: [Int: String], progress: (LayerNorm) throws -> Void = { _ in }
  ) throws {
    self.image = image
    var survey = LayerSurvey(trace, boundaries: boundaries, names: names, seed: seed)
    try survey.run(progress: progress)
    layers = survey.layers
    factors = survey.factors
    pairs = survey.pairs
    self.trace = trace
  }

  /// An upper bound of the Lipschitz constant from the result of step `source` to that of `target`, over the graph: products
  /// along a path, sums at sums, roots of sums of squares where maps are put side by side. Where two convolutions A and B have
  /// one ReLU between them, |B D A| <= (|B A| + |B| |A|) / 2 for every 0 <= D <= 1 takes their product's place. Infinite
  /// where a step is not bounded; nil where `target` depends on the image other than through `source`.
  public func upperBound(from source: Int, to target: Int) -> Double? {
    guard passes(source, before: target) else { return nil }
    var constants = [Double](repeating: 0, count: trace.steps.count)
    for (index, step) in trace.steps.enumerated() where index <= target {
      let inputs = step.inputs.map { constants[$0] }
      switch step.operation {
      case _ where index == source: constants[index] = 1
      case .leaf: constants[index] = 0
      case .sum: constants[index] = inputs.reduce(0, +)
      case .concatenation:
        constants[index] = inputs.reduce(0) { $0 + $1 * $1 }.squareRoot()
      default:
        let input = inputs.max() ?? 0
        constants[index] = input == 0 ? 0 : input * (factors[index] ?? .infinity)
        if let pair = pairs[index], pair.first > source,
          let before = trace.steps[pair.first].inputs.first
        {
          constants[index] = min(constants[index], constants[before] * pair.factor)
        }
      }
    }
    return constants[target]
  }

  /// Whether every way from the images to `target` passes `source`.
  private func passes(_ source: Int, before target: Int) -> Bool {
    var open = [target]
    var seen: Set<Int> = [source]
    while let index = open.popLast() {
      guard seen.insert(index).inserted else { continue }
      if index == image { return false }
      open += trace.steps[index].inputs
    }
    return true
  }
}
