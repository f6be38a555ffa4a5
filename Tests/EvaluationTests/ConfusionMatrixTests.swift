import Evaluation
import Testing

/// The devkit's rule for masks.
struct ConfusionMatrixTests {
  @Test("void pixels are dropped from truth and prediction alike")
  func voidIsDropped() throws {
    var matrix = ConfusionMatrix(classCount: 3)
    try matrix.add(truth: [0, 1, 255, 255, 2], prediction: [0, 2, 1, 0, 2])
    #expect(matrix.pixelCount == 3)
    #expect(matrix.counts == [1, 0, 0, 0, 0, 1, 0, 0, 1])
    #expect(matrix.overlap(of: 0) == 1)
    #expect(matrix.overlap(of: 1) == 0)
    #expect(matrix.overlap(of: 2) == 0.5)
    #expect(matrix.meanOverlap == 0.5)
    #expect(matrix.pixelAccuracy == 2.0 / 3)
  }

  @Test("the mean is one over the data set, not a mean of images, and divides by all classes")
  func oneMatrix() throws {
    var matrix = ConfusionMatrix(classCount: 3)
    try matrix.add(truth: [0, 0], prediction: [0, 0])
    try matrix.add(truth: [0, 1], prediction: [1, 1])
    #expect(matrix.overlap(of: 0) == 2.0 / 3 && matrix.overlap(of: 1) == 0.5)
    #expect(matrix.overlap(of: 2) == nil)
    #expect(matrix.meanOverlap == (2.0 / 3 + 0.5) / 3)
    #expect(matrix.meanOverlapOfPresent == (2.0 / 3 + 0.5) / 2)
  }

  @Test("the best constant prediction is the best of all of them, whatever was predicted")
  func constantPrediction() throws {
    let truth: [UInt8] = [1, 1, 1, 0, 2, 2, 255]
    var own = ConfusionMatrix(classCount: 4)
    try own.add(truth: truth, prediction: [3, 2, 1, 0, 2, 2, 0])
    let best = try (0..<4).compactMap { label -> Double? in
      var matrix = ConfusionMatrix(classCount: 4)
      try matrix.add(
        truth: truth, prediction: [UInt8](repeating: UInt8(label), count: truth.count))
      return matrix.meanOverlap
    }.max()
    #expect(own.constantMeanOverlap == best && best == 0.125)
  }

  @Test("where the truth is void everywhere there is no mean, not one of 0")
  func allVoid() throws {
    var matrix = ConfusionMatrix(classCount: 3)
    try matrix.add(truth: [255, 255], prediction: [0, 2])
    #expect(matrix.meanOverlap == nil && matrix.meanOverlapOfPresent == nil)
    #expect(matrix.constantMeanOverlap == nil)
    #expect(matrix.pixelAccuracy == nil)
  }

  @Test("runs and single pixels are counted alike")
  func runsAreCounted() throws {
    var truth: [UInt8] = []
    var prediction: [UInt8] = []
    for index in 0..<1001 {
      truth.append(UInt8(index / 37 % 4 == 3 ? 255 : index / 37 % 4))
      prediction.append(UInt8(index / 23 % 3))
    }
    var wanted = [Int](repeating: 0, count: 9)
    for (own, other) in zip(truth, prediction) where own != 255 {
      wanted[Int(own) * 3 + Int(other)] += 1
    }
    var matrix = ConfusionMatrix(classCount: 3)
    try matrix.add(truth: truth, prediction: prediction)
    #expect(matrix.counts == wanted)
  }

  @Test("values that are no class and masks of unequal size are errors that add nothing")
  func badMasks() throws {
    var matrix = ConfusionMatrix(classCount: 21)
    let bad: [([UInt8], [UInt8])] = [
      ([0, 1], [0, 21]), ([0, 255], [0, 255]), ([0, 21], [0, 0]), ([0, 254], [0, 0]),
      ([0], [0, 0]),
    ]
    for (truth, prediction) in bad {
      #expect(throws: EvaluationError.self) {
        try matrix.add(truth: truth, prediction: prediction)
      }
    }
    #expect(matrix.pixelCount == 0 && matrix.pixelAccuracy == nil)
  }
}
