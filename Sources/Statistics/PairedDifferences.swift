/// Differences of two methods, one for every block (teacher and seed) that both have.
public struct PairedDifferences: Hashable, Sendable {
  /// First minus second, block by block.
  public let differences: Sample
  /// Correlation of the two methods over the blocks; nil below three blocks or without spread. Pairing bought nothing
  /// where it is not positive.
  public let correlation: Double?

  /// Pairs two methods' results by block; blocks that only one of them has are left out.
  public init<Block: Hashable & Comparable>(_ first: [Block: Double], _ second: [Block: Double]) {
    let blocks = Set(first.keys).intersection(second.keys).sorted()
    let pairs = blocks.compactMap { block in
      first[block].flatMap { one in second[block].map { (one, $0) } }
    }
    differences = Sample(pairs.map { $0.0 - $0.1 })
    correlation = Correlation.linear(pairs.map(\.0), pairs.map(\.1))
  }

  /// Takes differences that were formed elsewhere, one for every block.
  public init(differences: [Double]) {
    self.differences = Sample(differences)
    correlation = nil
  }

  /// The same differences, second minus first.
  public var reversed: PairedDifferences {
    PairedDifferences(Sample(differences.values.map { -$0 }), correlation)
  }

  private init(_ differences: Sample, _ correlation: Double?) {
    self.differences = differences
    self.correlation = correlation
  }

  /// Their mean with the interval of Student's t; nil below two blocks.
  public func interval(confidence: Double = 0.95) -> Interval? {
    guard let mean = differences.mean, let error = standardError else { return nil }
    let half =
      StudentT.quantile((1 + confidence) / 2, freedom: differences.count - 1) * error
    return Interval(mean - half, mean + half)
  }

  /// The two-sided p-value of a mean of zero by Student's t; nil below two blocks or without spread.
  public var pValue: Double? {
    guard let mean = differences.mean, let error = standardError, error > 0 else { return nil }
    return StudentT.twoSidedTail(mean / error, freedom: differences.count - 1)
  }

  /// The larger p-value of two one-sided t tests that the mean difference lies beyond -margin or +margin (TOST,
  /// Schuirmann 1987): the methods are equivalent where it is small. Nil below two blocks or without spread.
  public func equivalencePValue(margin: Double) -> Double? {
    guard let mean = differences.mean, let error = standardError, error > 0 else { return nil }
    let freedom = differences.count - 1
    let above = 1 - StudentT.distribution((mean + margin) / error, freedom: freedom)
    let below = StudentT.distribution((mean - margin) / error, freedom: freedom)
    return max(above, below)
  }

  /// The two-sided p-value of the sign-flip permutation test of the mean, exact over all 2^n signs; nil for no block and
  /// beyond 24.
  public var signFlipPValue: Double? {
    let values = differences.values
    guard (1...24).contains(values.count) else { return nil }
    let total = values.reduce(0, +)
    // Sums that differ by rounding alone are ties.
    let bound = abs(total) * (1 - 1e-12)
    var asExtreme = 0
    for signs in 0..<(1 << values.count) {
      var sum = 0.0
      for (index, value) in values.enumerated() { sum += signs >> index & 1 == 0 ? value : -value }
      if abs(sum) >= bound { asExtreme += 1 }
    }
    return Double(asExtreme) / Double(1 << values.count)
  }

  /// The number of blocks at which the expected interval no longer holds zero if mean and spread stay as they are; nil
  /// below two blocks or for a mean of zero, capped at 100,000.
  public func blocksToDecide(confidence: Double = 0.95) -> Int? {
    differences.mean.flatMap { blocks(forHalfWidth: abs($0), probability: (1 + confidence) / 2) }
  }

  /// The number of blocks at which both one-sided tests of equivalence are expected to reject at `level` if mean and
  /// spread stay as they are; nil below two blocks or for a mean beyond the margin, capped at 100,000.
  public func blocksToShowEquivalence(margin: Double, level: Double = 0.05) -> Int? {
    differences.mean.flatMap {
      blocks(forHalfWidth: margin - abs($0), probability: 1 - level)
    }
  }

  /// The smallest number of blocks whose expected interval is narrower than `half` on either side.
  private func blocks(forHalfWidth half: Double, probability: Double) -> Int? {
    guard let spread = differences.standardDeviation, half > 0 else { return nil }
    func decides(_ count: Int) -> Bool {
      StudentT.quantile(probability, freedom: count - 1) * spread / Double(count).squareRoot()
        < half
    }
    var (low, high) = (1, 2)
    while !decides(high) {
      guard high < 100_000 else { return 100_000 }
      (low, high) = (high, 2 * high)
    }
    while high - low > 1 {
      let middle = (low + high) / 2
      if decides(middle) { high = middle } else { low = middle }
    }
    return high
  }

  private var standardError: Double? {
    differences.standardDeviation.map { $0 / Double(differences.count).squareRoot() }
  }
}
