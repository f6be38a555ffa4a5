/// Results of several methods in the same blocks: rows are methods, columns blocks.
public struct TwoWayLayout: Sendable {
  private let rows: [[Double]]

  /// Makes a layout of rows of equal length; nil below two rows or two columns.
  public init?(_ rows: [[Double]]) {
    guard rows.count > 1, let width = rows.first?.count, width > 1,
      rows.allSatisfy({ $0.count == width })
    else { return nil }
    self.rows = rows
  }

  /// Degrees of freedom of the residuals.
  public var freedom: Int { (rows.count - 1) * (rows[0].count - 1) }

  /// Variance that is left when each method's and each block's mean is taken away: the pooled variance of a single
  /// result. A paired difference of two methods has twice as much.
  public var residualVariance: Double {
    let width = Double(rows[0].count)
    let methods = rows.map { $0.reduce(0, +) / width }
    let blocks = rows[0].indices.map { column in
      rows.reduce(0) { $0 + $1[column] } / Double(rows.count)
    }
    let all = methods.reduce(0, +) / Double(rows.count)
    var sum = 0.0
    for (row, method) in zip(rows, methods) {
      for (value, block) in zip(row, blocks) {
        let residual = value - method - block + all
        sum += residual * residual
      }
    }
    return sum / Double(freedom)
  }
}
