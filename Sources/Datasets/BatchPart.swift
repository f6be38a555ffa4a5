/// One of several contiguous parts of a batch, whose sizes differ by one at most.
public struct BatchPart: Hashable, Sendable {
  /// Number of the part, from 0.
  public let index: Int
  /// Number of parts.
  public let count: Int

  /// The whole batch.
  public static let whole = BatchPart(0, of: 1)

  /// Part `index` of `count`; `index` must be below `count`.
  public init(_ index: Int, of count: Int) {
    precondition((0..<count).contains(index), "the part is one of \(count)")
    self.index = index
    self.count = count
  }

  func range(in batch: Range<Int>) -> Range<Int> {
    let bounds = [index, index + 1].map { batch.lowerBound + batch.count * $0 / count }
    return bounds[0]..<bounds[1]
  }
}
