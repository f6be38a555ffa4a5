import Foundation

/// What a classifier says of every image of a set.
public struct ClassifierAnswers: Sendable {
  /// The right classes.
  public let labels: [Int]
  /// The first choices; of equal logits the smaller class.
  public let choices: [Int]
  /// Their probabilities.
  public let confidences: [Double]
  private let logProbabilities: [[Float]]

  /// Takes logits [N, classes], row-major, with their labels [N].
  /// - Throws: `EvaluationError` for sizes that do not fit, labels outside of the classes and logits that are not finite.
  public init(logits: [Float], labels: [Int64], classCount: Int) throws(EvaluationError) {
    guard classCount > 0, logits.count == labels.count * classCount else {
      throw EvaluationError(
        "\(logits.count) logits do not fit \(labels.count) labels of \(classCount) classes")
    }
    if let bad = labels.first(where: { $0 < 0 || $0 >= classCount }) {
      throw EvaluationError("label \(bad) of \(classCount) classes")
    }
    if let bad = logits.firstIndex(where: { !$0.isFinite }) {
      throw EvaluationError("image \(bad / classCount) has a logit that is not finite")
    }
    let rows = (0..<labels.count).map { image in
      Self.logSoftmax(logits[image * classCount..<(image + 1) * classCount])
    }
    let choices = rows.map { row in row.indices.max { (row[$0], $1) < (row[$1], $0) } ?? 0 }
    self.labels = labels.map(Int.init)
    self.choices = choices
    confidences = zip(rows, choices).map { exp(Double($0[$1])) }
    logProbabilities = rows
  }

  private static func logSoftmax(_ logits: ArraySlice<Float>) -> [Float] {
    let largest = Double(logits.max() ?? 0)
    let sum = logits.reduce(0) { $0 + exp(Double($1) - largest) }
    return logits.map { Float(Double($0) - largest - log(sum)) }
  }

  /// Images.
  public var count: Int { labels.count }

  /// Images whose class is not the first choice, %; 0 without images.
  public var errorPercent: Double {
    count == 0 ? 0 : Double(zip(labels, choices).count { $0 != $1 }) / Double(count) * 100
  }

  /// Expected calibration error, %: the mean distance of confidence and accuracy over equal bins of confidence, weighted by
  /// their images (Naeini et al. 2015).
  public func calibrationErrorPercent(bins: Int = 15) -> Double {
    guard count > 0 else { return 0 }
    var sums = [Double](repeating: 0, count: bins)
    for image in 0..<count {
      let bin = min(Int(confidences[image] * Double(bins)), bins - 1)
      sums[bin] += confidences[image] - (labels[image] == choices[image] ? 1 : 0)
    }
    return sums.reduce(0) { $0 + abs($1) } / Double(count) * 100
  }

  /// Images for which both choose the same class, %; nil for another number of images.
  public func agreementPercent(with other: ClassifierAnswers) -> Double? {
    guard count == other.count, count > 0 else { return nil }
    return Double(zip(choices, other.choices).count { $0 == $1 }) / Double(count) * 100
  }

  /// Mean Kullback-Leibler divergence KL(other || self), nats; nil for other images or classes.
  public func divergence(from other: ClassifierAnswers) -> Double? {
    guard count == other.count, count > 0,
      logProbabilities[0].count == other.logProbabilities[0].count
    else { return nil }
    var sum = 0.0
    for (own, its) in zip(logProbabilities, other.logProbabilities) {
      for (p, q) in zip(own, its) { sum += exp(Double(q)) * Double(q - p) }
    }
    return sum / Double(count)
  }

  /// One byte per image for the label, then for the choice, then for the confidence in 255ths; nil above 256 classes.
  public var packed: [UInt8]? {
    guard let largest = (labels + choices).max(), largest < 256 else { return nil }
    return labels.map(UInt8.init) + choices.map(UInt8.init)
      + confidences.map { UInt8(min(max(($0 * 255).rounded(), 0), 255)) }
  }
}
