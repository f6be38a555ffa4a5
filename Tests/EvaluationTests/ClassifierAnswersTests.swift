import Evaluation
import Foundation
import Testing

struct ClassifierAnswersTests {
  /// Probabilities of three classes for four images, as logits.
  private static let probabilities: [[Double]] = [
    [0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.5, 0.3, 0.2], [0.25, 0.25, 0.5],
  ]

  private func answers(_ rows: [[Double]], _ labels: [Int64]) throws -> ClassifierAnswers {
    try ClassifierAnswers(
      logits: rows.flatMap { $0.map { Float(log($0)) } }, labels: labels, classCount: 3)
  }

  @Test("choices, confidences and the error are those of the probabilities")
  func choices() throws {
    let answers = try answers(Self.probabilities, [0, 1, 1, 2])
    #expect(answers.choices == [0, 1, 0, 2])
    #expect(zip(answers.confidences, [0.7, 0.8, 0.5, 0.5]).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(answers.errorPercent == 25)
    // A confidence of a half lies between two of the bytes that hold it.
    let packed = try #require(answers.packed)
    #expect(packed.prefix(10) == [0, 1, 1, 2, 0, 1, 0, 2, 179, 204])
    #expect(packed.suffix(2).allSatisfy { [127, 128].contains($0) } && packed.count == 12)
  }

  @Test("of equal logits the smaller class is chosen, as where errors are counted")
  func ties() throws {
    let answers = try ClassifierAnswers(logits: [1, 1, 0], labels: [0], classCount: 3)
    #expect(answers.choices == [0])
  }

  @Test("the calibration error is the weighted distance of confidence and accuracy over bins")
  func calibration() throws {
    // Bins of 1/15: 0.7 in [10/15, 11/15), right; 0.8 in [12/15, 13/15), right; 0.5 twice in [7/15, 8/15), one right.
    let answers = try answers(Self.probabilities, [0, 1, 1, 2])
    let expected = (0.3 + 0.2 + abs(0.5 + 0.5 - 1)) / 4 * 100
    #expect(abs(answers.calibrationErrorPercent() - expected) < 1e-4)
  }

  @Test("agreement counts equal choices, and the divergence is that of the teacher's probabilities")
  func fidelity() throws {
    let own = try answers(Self.probabilities, [0, 1, 1, 2])
    let teacher = try answers(
      [[0.6, 0.3, 0.1], [0.3, 0.6, 0.1], [0.2, 0.6, 0.2], [0.1, 0.1, 0.8]], [0, 1, 1, 2])
    #expect(own.agreementPercent(with: teacher) == 75)
    #expect(own.divergence(from: own) == 0)
    let rows = [[0.6, 0.3, 0.1], [0.3, 0.6, 0.1], [0.2, 0.6, 0.2], [0.1, 0.1, 0.8]]
    let expected =
      zip(rows, Self.probabilities).reduce(0) { sum, pair in
        sum + zip(pair.0, pair.1).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
      } / 4
    #expect(abs((own.divergence(from: teacher) ?? 0) - expected) < 1e-6)
    let fewer = try answers([[0.6, 0.3, 0.1]], [0])
    #expect(own.agreementPercent(with: fewer) == nil && own.divergence(from: fewer) == nil)
  }

  @Test(
    "logits that are not finite, labels beyond the classes and sizes that do not fit are refused")
  func refusals() {
    for (logits, labels) in [
      ([Float.nan, 0, 0], [Int64(0)]), ([0, 0, 0], [3]), ([0, 0], [0]), ([0, 0, 0], [-1]),
    ] {
      #expect(throws: EvaluationError.self) {
        try ClassifierAnswers(logits: logits, labels: labels, classCount: 3)
      }
    }
  }
}
