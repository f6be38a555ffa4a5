import Evaluation
import Testing

struct TopKAccumulatorTests {
  @Test("equal logits rank by index and counts are summed over batches of unequal size")
  func ranks() throws {
    var top = try TopKAccumulator(k: [1, 2], classCount: 3)
    try top.add(logits: [1, 1, 0, 0, 2, 2], labels: [1, 2])
    try top.add(logits: [0, 0, 5], labels: [2])
    #expect(top.count == 3)
    #expect(top.errorPercent(k: 1) == 2.0 / 3.0 * 100)
    #expect(top.errorPercent(k: 2) == 0)
  }

  @Test("NaN, a foreign label, wrong sizes and an impossible k are errors that count nothing")
  func refusals() throws {
    #expect(throws: EvaluationError.self) { try TopKAccumulator(k: [6], classCount: 5) }
    var top = try TopKAccumulator(k: [1], classCount: 2)
    #expect(throws: EvaluationError.self) { try top.add(logits: [0, .nan], labels: [0]) }
    #expect(throws: EvaluationError.self) { try top.add(logits: [0, 1], labels: [2]) }
    #expect(throws: EvaluationError.self) { try top.add(logits: [0, 1, 2], labels: [0]) }
    #expect(top.count == 0)
  }
}
