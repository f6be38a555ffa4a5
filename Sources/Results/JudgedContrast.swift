import Randomness
import Statistics

/// A contrast with what tests say of it, beside the others of its family.
struct JudgedContrast {
  let contrast: Contrast
  /// What was named before anything ran, if this is it; its p-value stands alone.
  let primary: TableDescription.Primary?
  /// The p-value of Student's t over blocks, adjusted by Holm's rule over the family unless it is the primary one.
  let adjustedPValue: Double?
  /// Of the t test, of the mean difference.
  var interval: Interval? { contrast.pairs.interval() }

  static let level = 0.05

  /// Judges a family; `primary` tells what was named in advance of a contrast. What is withheld takes no part.
  static func family(
    _ contrasts: [Contrast], primary: (Contrast) -> TableDescription.Primary?
  ) -> [JudgedContrast] {
    let tested = contrasts.indices.filter { index in
      contrasts[index].withheld == nil && contrasts[index].pairs.pValue != nil
        && primary(contrasts[index]) == nil
    }
    let adjusted = MultipleTests.holm(tested.compactMap { contrasts[$0].pairs.pValue })
    let byIndex = Dictionary(uniqueKeysWithValues: zip(tested, adjusted))
    return contrasts.enumerated().map { index, contrast in
      let named = primary(contrast)
      return JudgedContrast(
        contrast: contrast, primary: named,
        adjustedPValue: byIndex[index] ?? (named == nil ? nil : contrast.pairs.pValue))
    }
  }

  /// What the rules make of it: a difference that is significant, equivalence within `margin`, or neither.
  func verdict(margin: Double) -> Verdict {
    let gain = contrast.gain
    guard let mean = gain.differences.mean else { return .undecided(blocks: nil) }
    let count = contrast.blocks.count
    if let next = looks.first(where: { $0 >= count }), next > count {
      return .waiting(blocks: next)
    }
    guard let p = adjustedPValue else {
      // Without any spread there is nothing to test.
      return abs(mean) <= margin ? .equivalent : mean > 0 ? .reproduced : .refuted
    }
    let level = Self.level / Double(max(looks.count, 1))
    if p <= level { return mean > 0 ? .reproduced : .refuted }
    if let p = gain.equivalencePValue(margin: margin), p <= level { return .equivalent }
    if let next = looks.first(where: { $0 > count }) { return .waiting(blocks: next) }
    // Beside others a difference has to be as much clearer as Holm's rule asks for here.
    let clearer = gain.pValue.map { level * $0 / p } ?? level
    let needed = [
      gain.blocksToDecide(confidence: 1 - clearer),
      gain.blocksToShowEquivalence(margin: margin, level: level),
    ]
    return .undecided(blocks: needed.compactMap { $0 }.min())
  }

  /// The numbers of blocks with which it is judged; none for any number.
  private var looks: [Int] {
    contrast.first.records.first.flatMap { primary?.looks[$0.budget] } ?? []
  }
}

/// What the runs at hand say of a claim.
public enum Verdict: Hashable, Sendable {
  /// The claimed difference is there.
  case reproduced
  /// The opposite is there.
  case refuted
  /// Two one-sided tests say that the difference lies within the margin.
  case equivalent
  /// Neither; with the number of blocks that would decide if mean and spread stay as they are, where that is known.
  case undecided(blocks: Int?)
  /// Neither so far, or not judged with so few: with the number of blocks with which it is judged next.
  case waiting(blocks: Int)
  /// No runs tell of it.
  case notRun
  /// The runs there are, are of a recipe that cannot tell.
  case notComparable

  /// In a word.
  public var name: String {
    switch self {
    case .reproduced: "reproduced"
    case .refuted: "refuted"
    case .equivalent: "equivalent"
    case .undecided, .waiting: "undecided"
    case .notRun: "not run"
    case .notComparable: "not comparable"
    }
  }
}

extension Contrast {
  /// Resamples of blocks and test images.
  private static let resamples = 1000

  /// The bias-corrected and accelerated bootstrap interval of the mean difference over blocks and test images; nil where
  /// runs have no record of single images, or nothing spreads.
  var imageInterval: Interval? {
    guard statistic == .result, withheld == nil, let metric = first.records.first?.metrics.main,
      metric == .top1Error, let left = first.images(), let right = second.images()
    else { return nil }
    let bySeed = first.learnsAlone != second.learnsAlone
    let (one, two) = bySeed ? (Self.bySeed(left), Self.bySeed(right)) : (left, right)
    let rows = blocks.compactMap { block -> [Double]? in
      guard let own = one[block], let other = two[block], own.count == other.count else {
        return nil
      }
      return zip(own, other).map { 100 * ($0 - $1) }
    }
    guard rows.count == blocks.count, Set(rows.map(\.count)).count == 1 else { return nil }
    var stream = RandomStream(
      seed: 0, purpose: .resampling, name: "\(setting) \(first.method) \(second.method)")
    return Bootstrap.interval(
      of: rows.map { $0.reduce(0, +) / Double($0.count) },
      resampled: Bootstrap.means(ofRows: rows, count: Self.resamples, &stream))
  }

  /// Means over teachers.
  private static func bySeed(_ images: [Block: [Double]]) -> [Block: [Double]] {
    Dictionary(grouping: images) { Block(teacher: "", seed: $0.key.seed) }.compactMapValues {
      rows in
      let all = rows.sorted { $0.key < $1.key }.map(\.value)
      guard var sum = all.first, all.allSatisfy({ $0.count == sum.count }) else { return nil }
      for row in all.dropFirst() {
        for index in sum.indices { sum[index] += row[index] }
      }
      return sum.map { $0 / Double(all.count) }
    }
  }
}

extension RecordGroup {
  /// For every block 1 for each test image that is wrong and 0 for the others; nil where a run has no evaluation.
  fileprivate func images() -> [Block: [Double]]? {
    var result: [Block: [Double]] = [:]
    for record in records {
      guard let evaluation = record.evaluation else { return nil }
      result[record.block] = (0..<evaluation.images).map { evaluation.isCorrect($0) ? 0 : 1 }
    }
    return result
  }
}
