import Distillation
import Lipschitz
import NeuralNet
import Randomness
public import Results
import TensorCore

/// The largest singular values of a network's transmitting matrices at images, and how well and how steadily they are
/// estimated. They bound nothing; what bounds the same modules stands in `NetworkConstants`.
public struct TransmittingStudy: Sendable {
  /// One estimate of the values by power steps.
  public struct Estimate: Sendable {
    /// Where the steps start.
    public enum Start: String, Sendable, CaseIterable {
      /// Uniform random numbers, as the released code for CIFAR.
      case uniform
      /// All ones, as the released code for ImageNet.
      case ones
    }

    /// Where the steps start.
    public let start: Start
    /// Their number.
    public let steps: Int
    /// Mean over images of how much of the value is missing, as a share of it.
    public let meanError: Double
    /// The largest over images.
    public let largestError: Double
  }

  /// What was found of a module between neighbouring taps.
  public struct Module: Sendable {
    /// Exact values over images, running statistics.
    public let values: RunRecord.Lipschitz.Spread
    /// Standard deviation over parts of the images of each part's mean.
    public let deviationOfBatches: Double
    /// Exact values over images where batch norms use the batch's statistics.
    public let inTrainMode: RunRecord.Lipschitz.Spread
    /// Mean over images of the value over the root mean squares of both maps: what is left when features are rescaled.
    public let scaleFree: Double
    /// Power steps beside the exact values.
    public let estimates: [Estimate]
  }

  /// From the first tap on; empty for a network whose taps make no pairs.
  public let modules: [Module]

  private static let steps = [1, 2, 5, 10, 20, 50]
  private static let parts = 4

  /// Looks at a network without changing it.
  init(_ network: any Network, at images: Tensor, seed: UInt64) throws {
    // Momentum 0 leaves the running statistics as they are; the counters are put back.
    let mode = ForwardMode(usesBatchStatistics: true, momentum: 0)
    let counters = network.store.entries.filter(\.isCounter).map(\.tensor)
    let counts = try counters.map { try $0.cloned() }
    modules = try withoutGradient {
      guard network.tapChannels.count > 1 else { return [] }
      let pairs = try Self.pairs(network, images, .eval)
      let trained = try Self.pairs(network, images, mode)
      for (counter, count) in zip(counters, counts) { try counter.assign(count) }
      return try zip(pairs, trained).map { try Self.module($0, inTrainMode: $1, seed: seed) }
    }
  }

  private static func pairs(_ network: any Network, _ images: Tensor, _ mode: ForwardMode) throws
    -> [FeaturePair]
  {
    let taps = try network.features(of: images, mode).taps
    do throws(TensorError) {
      return try TapPairing.all.pairs(fronts: taps, backs: taps)
    } catch {
      // Maps of unequal sides have no matrix.
      guard error.code == .refused else { throw error }
      return []
    }
  }

  private static func module(_ pair: FeaturePair, inTrainMode other: FeaturePair, seed: UInt64)
    throws -> Module
  {
    let values = try exact(pair)
    let part = max(values.count / parts, 1)
    let means = stride(from: 0, to: values.count - part + 1, by: part).map {
      values[$0..<$0 + part].reduce(0, +) / Double(part)
    }
    let sizes = try zip(meanSquares(pair.front), meanSquares(pair.back)).map {
      ($0 * $1).squareRoot()
    }
    let free = zip(values, sizes).map { $0 / max($1, .leastNormalMagnitude) }
    return Module(
      values: .init(values), deviationOfBatches: RunRecord.Lipschitz.Spread(means).deviation,
      inTrainMode: .init(try exact(other)),
      scaleFree: free.reduce(0, +) / Double(free.count),
      estimates: try Estimate.Start.allCases.flatMap { start in
        try steps.map { try estimate(pair, start, steps: $0, beside: values, seed: seed) }
      })
  }

  private static func exact(_ pair: FeaturePair) throws -> [Double] {
    try pair.transmittingMatrix().singularValues().largest([1]).values(as: Double.self)
  }

  private static func meanSquares(_ maps: Tensor) throws -> [Double] {
    try maps.squared().mean([1, 2]).values(as: Double.self)
  }

  private static func estimate(
    _ pair: FeaturePair, _ start: Estimate.Start, steps: Int, beside values: [Double], seed: UInt64
  ) throws -> Estimate {
    var stream = RandomStream(seed: seed, purpose: .powerIteration)
    let norm: SpectralNorm =
      switch start {
      case .uniform: .powerIteration(steps: steps)
      case .ones: .powerIterationFromOnes(steps: steps)
      }
    let found = try norm.value(of: pair, &stream).values(as: Double.self)
    let errors = zip(found, values).map { 1 - $0 / max($1, .leastNormalMagnitude) }
    return Estimate(
      start: start, steps: steps, meanError: errors.reduce(0, +) / Double(errors.count),
      largestError: errors.max() ?? 0)
  }
}
