import Foundation
import Randomness
import Statistics
import Testing

/// Answers of scipy to fixed data, written by `Tests/Comparison/scipy_statistics.py`.
private struct Answers: Decodable {
  struct Paired: Decodable {
    let first, second, interval, resampled, bca: [Double]
    let p, margin, equivalence_p, sign_flip_p, correlation, improvement: Double
  }
  struct Holm: Decodable { let p, adjusted: [Double] }
  struct Layout: Decodable {
    let rows: [[Double]]
    let freedom: Int
    let variance: Double
  }
  let paired: [Paired]
  let holm: Holm
  let layout: Layout
  let t_quantiles, normal_quantiles: [[Double]]

  static let all = Result {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("scipy.json")
    return try JSONDecoder().decode(Answers.self, from: Data(contentsOf: file))
  }
}

struct ScipyTests {
  private func expect(
    _ value: Double?, _ expected: Double, _ tolerance: Double = 1e-9,
    at place: SourceLocation = #_sourceLocation
  ) {
    guard let value else {
      Issue.record("no value", sourceLocation: place)
      return
    }
    #expect(abs(value - expected) <= tolerance * max(1, abs(expected)), sourceLocation: place)
  }

  @Test("quantiles of Student's t and of the normal distribution")
  func quantiles() throws {
    let answers = try Answers.all.get()
    for row in answers.t_quantiles {
      expect(StudentT.quantile(row[1], freedom: Int(row[0])), row[2])
    }
    for row in answers.normal_quantiles { expect(Normal.quantile(row[0]), row[1]) }
  }

  @Test("paired tests, intervals, equivalence, sign flips, correlation", arguments: 0..<3)
  func paired(_ index: Int) throws {
    let answer = try Answers.all.get().paired[index]
    let blocks = { (values: [Double]) in
      Dictionary(uniqueKeysWithValues: values.enumerated().map { ($0, $1) })
    }
    // A block that one method lacks is no pair.
    var second = blocks(answer.second)
    second[1_000] = 5
    let pairs = PairedDifferences(blocks(answer.first), second)
    #expect(pairs.differences.count == answer.first.count)
    expect(pairs.pValue, answer.p)
    expect(pairs.interval()?.lower, answer.interval[0])
    expect(pairs.interval()?.upper, answer.interval[1])
    expect(pairs.equivalencePValue(margin: answer.margin), answer.equivalence_p)
    expect(pairs.signFlipPValue, answer.sign_flip_p)
    expect(pairs.correlation, answer.correlation)
    expect(
      MultipleTests.probabilityOfImprovement(answer.first, over: answer.second), answer.improvement)
    let interval = Bootstrap.interval(of: pairs.differences.values, resampled: answer.resampled)
    expect(interval?.lower, answer.bca[0])
    expect(interval?.upper, answer.bca[1])
  }

  @Test("the variance that methods and blocks leave, by least squares")
  func layout() throws {
    let answer = try Answers.all.get().layout
    let layout = try #require(TwoWayLayout(answer.rows))
    #expect(layout.freedom == answer.freedom)
    expect(layout.residualVariance, answer.variance)
    #expect(TwoWayLayout([[1, 2]]) == nil && TwoWayLayout([[1], [2]]) == nil)
  }

  @Test("Holm's adjustment")
  func holm() throws {
    let holm = try Answers.all.get().holm
    for (own, expected) in zip(MultipleTests.holm(holm.p), holm.adjusted) { expect(own, expected) }
  }
}

struct StatisticsTests {
  @Test("the order of blocks changes nothing, and one block decides nothing")
  func order() {
    let first = ["b": 3.0, "a": 1, "c": 4]
    let second = ["c": 2.0, "a": 0.5, "b": 2.5]
    let pairs = PairedDifferences(first, second)
    #expect(pairs.differences.values == [0.5, 0.5, 2])
    let one = PairedDifferences(["a": 1.0], ["a": 2.0])
    #expect(one.interval() == nil && one.pValue == nil && one.blocksToDecide() == nil)
    let same = PairedDifferences(["a": 1.0, "b": 2], ["a": 1.0, "b": 2])
    #expect(same.pValue == nil && same.signFlipPValue == 1)
  }

  @Test("so many blocks decide: one fewer does not")
  func blocksToDecide() throws {
    let values: [Int: Double] = [0: 0.9, 1: -0.3, 2: 0.7, 3: 0.1]
    let pairs = PairedDifferences(values, values.mapValues { _ in 0 })
    let count = try #require(pairs.blocksToDecide())
    let mean = try #require(pairs.differences.mean)
    let spread = try #require(pairs.differences.standardDeviation)
    func half(_ n: Int) -> Double {
      StudentT.quantile(0.975, freedom: n - 1) * spread / Double(n).squareRoot()
    }
    #expect(half(count) < mean)
    #expect(half(count - 1) >= mean)
  }

  @Test("so many blocks show equivalence: one fewer does not, and none do beyond the margin")
  func blocksToShowEquivalence() throws {
    let pairs = PairedDifferences(differences: [0.3, -0.2, 0.1, -0.1])
    let count = try #require(pairs.blocksToShowEquivalence(margin: 0.3))
    let spread = try #require(pairs.differences.standardDeviation)
    func half(_ n: Int) -> Double {
      StudentT.quantile(0.95, freedom: n - 1) * spread / Double(n).squareRoot()
    }
    let room = 0.3 - abs(pairs.differences.mean ?? 0)
    #expect(half(count) < room && half(count - 1) >= room)
    #expect(pairs.blocksToShowEquivalence(margin: 0.02) == nil)
  }

  @Test("pooled settings: equal effects pool like one, unlike ones widen the interval")
  func randomEffects() throws {
    let equal = try #require(
      RandomEffects([.init(estimate: 1, variance: 0.5), .init(estimate: 1, variance: 0.5)]))
    #expect(equal.estimate == 1 && equal.varianceBetween == 0 && equal.inconsistency == 0)
    #expect(abs(equal.standardError - 0.5) < 1e-15)
    // By hand: weights 10 and 10, Q = 10 * 2 * 0.25 = 5, tau² = (5 - 1) / (20 - 200 / 20) = 0.4.
    let unlike = try #require(
      RandomEffects([.init(estimate: 0, variance: 0.1), .init(estimate: 1, variance: 0.1)]))
    #expect(abs(unlike.heterogeneity - 5) < 1e-12)
    #expect(abs(unlike.varianceBetween - 0.4) < 1e-12)
    #expect(abs(unlike.inconsistency - 0.8) < 1e-12)
    #expect(abs(unlike.standardError - 0.5) < 1e-12)
    #expect(
      RandomEffects([.init(estimate: 0, variance: 0), .init(estimate: 1, variance: 1)]) == nil)
  }

  @Test("a bootstrap of rows and columns is a function of its stream and centres on the mean")
  func bootstrap() {
    let rows = (0..<6).map { row in (0..<50).map { Double(($0 * 7 + row * 3) % 11) } }
    var first = RandomStream(seed: 1, purpose: .subset)
    var second = RandomStream(seed: 1, purpose: .subset)
    let means = Bootstrap.means(ofRows: rows, count: 400, &first)
    #expect(means == Bootstrap.means(ofRows: rows, count: 400, &second))
    let mean = Sample(rows.flatMap { $0 }).mean ?? 0
    let centre = Sample(means).mean ?? 0
    #expect(abs(centre - mean) < 0.2)
    #expect(Set(means).count > 100)
  }
}
