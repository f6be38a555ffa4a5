/// How two rows of numbers go together.
public enum Correlation {
  /// Pearson's coefficient; nil for fewer than three pairs, and where one row is constant.
  public static func linear(_ first: [Double], _ second: [Double]) -> Double? {
    precondition(first.count == second.count)
    let count = Double(first.count)
    guard first.count > 2 else { return nil }
    let (a, b) = (first.reduce(0, +) / count, second.reduce(0, +) / count)
    let (x, y) = (first.map { $0 - a }, second.map { $0 - b })
    let product = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
    let squares = x.reduce(0) { $0 + $1 * $1 } * y.reduce(0) { $0 + $1 * $1 }
    guard squares > 0 else { return nil }
    return product / squares.squareRoot()
  }

  /// Spearman's coefficient: that of the ranks, equal numbers sharing the mean of theirs.
  public static func ofRanks(_ first: [Double], _ second: [Double]) -> Double? {
    linear(ranks(first), ranks(second))
  }

  private static func ranks(_ values: [Double]) -> [Double] {
    values.map { value in
      Double(values.count { $0 < value }) + Double(values.count { $0 == value } + 1) / 2
    }
  }
}
