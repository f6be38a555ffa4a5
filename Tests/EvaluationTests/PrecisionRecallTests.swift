import Evaluation
import Testing

/// Each rule of the devkit that another program may have otherwise.
struct PrecisionRecallTests {
  private func box(_ sides: [Double]) throws -> Box {
    try Box(xMin: sides[0], yMin: sides[1], xMax: sides[2], yMax: sides[3])
  }

  private func truth(_ boxes: [[Double]], difficult: Set<Int> = []) throws
    -> [PrecisionRecall.Truth]
  {
    try boxes.enumerated().map { .init(box: try box($1), isDifficult: difficult.contains($0)) }
  }

  private func detection(_ image: Int, _ score: Double, _ sides: [Double]) throws
    -> PrecisionRecall.Detection
  {
    try .init(image: image, score: score, box: box(sides))
  }

  @Test("widths count both ends")
  func inclusive() throws {
    // 10 x 10 pixels against the 5 x 10 of them: 0.5 only with both ends counted.
    let half = try box([1, 1, 5, 10]).overlap(with: box([1, 1, 10, 10]))
    #expect(half == 0.5)
    #expect(try box([1, 1, 1, 1]).overlap(with: box([1, 1, 1, 1])) == 1)
    #expect(try box([1, 1, 2, 2]).overlap(with: box([3, 1, 4, 2])) == 0)
  }

  @Test("the best object is tried only, even when the second best is free")
  func secondBest() throws {
    let objects = try truth([[1, 1, 10, 10], [1, 1, 10, 12]])
    let curve = try PrecisionRecall(
      truth: [objects],
      detections: [detection(0, 0.9, [1, 1, 10, 10]), detection(0, 0.8, [1, 1, 10, 10])])
    #expect(curve.precision == [1, 0.5])
    #expect(curve.recall == [0.5, 0.5])
  }

  @Test("difficult objects count neither way and are not used up")
  func difficult() throws {
    let objects = try truth([[1, 1, 10, 10], [50, 50, 60, 60]], difficult: [0])
    let curve = try PrecisionRecall(
      truth: [objects],
      detections: [
        detection(0, 0.9, [1, 1, 10, 10]), detection(0, 0.8, [1, 1, 10, 10]),
        detection(0, 0.7, [50, 50, 60, 60]),
      ])
    #expect(curve.positives == 1)
    #expect(curve.precision == [1])
    #expect(curve.average(.voc07) == curve.average(.area))
  }

  @Test("equal scores stay in file order")
  func ties() throws {
    let right = try detection(0, 0.5, [1, 1, 10, 10])
    let wrong = try detection(0, 0.5, [80, 80, 90, 90])
    let objects = [try truth([[1, 1, 10, 10]])]
    #expect(try PrecisionRecall(truth: objects, detections: [right, wrong]).precision == [1, 0.5])
    #expect(
      try PrecisionRecall(truth: objects, detections: [wrong, right]).precision == [0, 0.5])
  }

  @Test("of equal overlaps the first object is taken")
  func firstOfEquals() throws {
    let objects = try truth([[1, 1, 10, 10], [1, 1, 10, 10]], difficult: [0])
    let curve = try PrecisionRecall(
      truth: [objects], detections: [detection(0, 0.9, [1, 1, 10, 10])])
    #expect(curve.precision.isEmpty)
  }

  @Test("the eleven recalls are k / 10, and the rules differ")
  func thresholds() throws {
    // Ten objects; 3 of 10 is a recall of exactly 0.3, which 3 * 0.1 exceeds.
    let objects = try (0..<10).map { try truth([[1, 1, 10, Double(10 + $0)]]) }
    let detections = try (0..<3).map { try detection($0, 0.9, [1, 1, 10, Double(10 + $0)]) }
    let curve = try PrecisionRecall(truth: objects, detections: detections)
    #expect(abs((curve.average(.voc07) ?? 0) - 4.0 / 11) < 1e-15)
    #expect(abs((curve.average(.area) ?? 0) - 0.3) < 1e-15)
  }

  @Test("a class without objects has no average; nonsense is refused")
  func refusals() throws {
    let none = try PrecisionRecall(truth: [[]], detections: [detection(0, 1, [1, 1, 2, 2])])
    #expect(none.average(.voc07) == nil && none.average(.area) == nil)
    #expect(throws: EvaluationError.self) {
      try PrecisionRecall(truth: [[]], detections: [detection(1, 1, [1, 1, 2, 2])])
    }
    #expect(throws: EvaluationError.self) { try box([.nan, 1, 1, 1]) }
    #expect(throws: EvaluationError.self) { try detection(0, .infinity, [1, 1, 2, 2]) }
  }

  @Test(
    "an inverted box overlaps with nothing, whatever its area adds up to, and is a false detection")
  func invertedBoxes() throws {
    let inverted = [12.0, 1, 1, 1]
    for other in [[1.0, 1, 10, 1], inverted, [1, 1, 20, 20]] {
      #expect(try box(inverted).overlap(with: box(other)) == 0)
      #expect(try box(other).overlap(with: box(inverted)) == 0)
    }
    let truth = [[PrecisionRecall.Truth(box: try box([1, 1, 10, 1]), isDifficult: false)]]
    let found = [try detection(0, 0.9, inverted), try detection(0, 0.8, [1, 1, 10, 1])]
    let curve = try PrecisionRecall(truth: truth, detections: found)
    #expect(curve.precision == [0, 0.5] && curve.average(.area) == 0.5)
    #expect(try COCOAveragePrecision.average(truth: truth, detections: found) == 0.5)
    let hard = [[PrecisionRecall.Truth(box: try box([1, 1, 10, 1]), isDifficult: true)] + truth[0]]
    #expect(try COCOAveragePrecision.average(truth: hard, detections: found) == 0.5)
  }
}
