/// Something cannot be scored.
public struct EvaluationError: Error, CustomStringConvertible, Sendable, Equatable {
  /// What is wrong and where.
  public let description: String

  /// Makes an error from its sentence.
  public init(_ description: String) { self.description = description }
}

/// Counts how often the right class is among the first k choices.
///
/// The rank of a class is the number of strictly greater logits plus the number of equal ones at a
/// smaller index. Counts are summed; averaging per batch would weigh a smaller last batch too much.
public struct TopKAccumulator: Sendable {
  /// Images so far.
  public private(set) var count = 0
  private let classCount: Int
  private var hits: [Int: Int]

  /// Counts for every k of a list. Throws when a k is not in 1 ... `classCount`.
  public init(k list: [Int], classCount: Int) throws(EvaluationError) {
    for k in list where !(1...max(classCount, 1)).contains(k) {
      throw EvaluationError("top-\(k) makes no sense with \(classCount) classes")
    }
    self.classCount = classCount
    hits = Dictionary(list.map { ($0, 0) }) { first, _ in first }
  }

  /// Adds logits [N, classes], row-major, with their labels [N].
  ///
  /// Throws, and counts nothing of the batch, for a NaN logit, a label outside of the classes or sizes
  /// that do not fit.
  public mutating func add(logits: [Float], labels: [Int64]) throws(EvaluationError) {
    guard logits.count == labels.count * classCount else {
      throw EvaluationError(
        "\(logits.count) logits do not fit \(labels.count) labels of \(classCount) classes")
    }
    var ranks: [Int] = []
    ranks.reserveCapacity(labels.count)
    for (image, label) in labels.enumerated() {
      guard label >= 0, label < classCount else {
        throw EvaluationError("image \(count + image) has label \(label) of \(classCount) classes")
      }
      let row = logits[(image * classCount)..<((image + 1) * classCount)]
      guard !row.contains(where: \.isNaN) else {
        throw EvaluationError("image \(count + image) has a logit that is NaN")
      }
      ranks.append(Self.rank(of: Int(label), in: row))
    }
    for k in hits.keys { hits[k, default: 0] += ranks.count { $0 < k } }
    count += labels.count
  }

  private static func rank(of label: Int, in row: ArraySlice<Float>) -> Int {
    let own = row[row.startIndex + label]
    return row.enumerated().count { $1 > own || ($1 == own && $0 < label) }
  }

  /// Images whose class is not among the first k choices, %. `k` must be in the list; 0 without images.
  public func errorPercent(k: Int) -> Double {
    guard let hit = hits[k], count > 0 else { return 0 }
    return Double(count - hit) / Double(count) * 100
  }
}
