import Evaluation
import Testing

/// COCO's average precision; on real detections it is compared with pycocotools by `lskd-bench`.
struct COCOAveragePrecisionTests {
  private func box(_ x: Double, _ y: Double, _ side: Double) throws -> Box {
    try Box(xMin: x, yMin: y, xMax: x + side - 1, yMax: y + side - 1)
  }

  private func average(
    _ truth: [PrecisionRecall.Truth], _ found: [(score: Double, box: Box)]
  ) throws -> Double? {
    try COCOAveragePrecision.average(
      truth: [truth],
      detections: found.map { try .init(image: 0, score: $0.score, box: $0.box) })
  }

  @Test("perfect detections give 1, none gives 0, no object gives nothing")
  func extremes() throws {
    let objects = try [box(1, 1, 10), box(50, 50, 20)]
    let truth = objects.map { PrecisionRecall.Truth(box: $0, isDifficult: false) }
    #expect(try average(truth, objects.map { (0.9, $0) }) == 1)
    #expect(try average(truth, []) == 0)
    #expect(try average([], [(0.9, objects[0])]) == nil)
    #expect(try average([.init(box: objects[0], isDifficult: true)], []) == nil)
  }

  @Test("an overlap counts up to the largest threshold that it reaches")
  func thresholdsAreSteps() throws {
    // 10 x 10 within 10 x 15: overlap 2/3, which passes 0.5, 0.55, 0.6 and 0.65.
    let truth = try PrecisionRecall.Truth(
      box: Box(xMin: 1, yMin: 1, xMax: 10, yMax: 15), isDifficult: false)
    let value = try #require(try average([truth], [(0.9, try box(1, 1, 10))]))
    #expect(abs(value - 0.4) < 1e-12)
  }

  @Test("a detection takes the free object with the largest overlap, unlike the devkit's rule")
  func secondBestIsTried() throws {
    let objects = try [box(1, 1, 20), box(3, 1, 20)]
    let truth = objects.map { PrecisionRecall.Truth(box: $0, isDifficult: false) }
    // Both lie best on the first object; the second one falls back to the other.
    let found = try [(score: 0.9, box: box(1, 1, 20)), (score: 0.8, box: box(1, 1, 20))]
    let coco = try #require(try average(truth, found))
    let curve = try PrecisionRecall(
      truth: [truth], detections: found.map { try .init(image: 0, score: $0.score, box: $0.box) })
    #expect(coco > 0.8)
    #expect(curve.recall.last == 0.5)
  }

  @Test("any number of detections on a difficult object counts neither way")
  func crowdsAreIgnored() throws {
    let good = try box(100, 100, 10)
    let truth = try [
      PrecisionRecall.Truth(box: good, isDifficult: false),
      .init(box: box(1, 1, 50), isDifficult: true),
    ]
    let inside = try [box(5, 5, 10), box(20, 20, 10)].map { (score: 0.99, box: $0) }
    #expect(try average(truth, inside + [(0.5, good)]) == 1)
    let outside = try (score: 0.99, box: box(200, 200, 10))
    let value = try #require(try average(truth, [outside, (0.5, good)]))
    #expect(abs(value - 0.5) < 1e-12)
  }
}
