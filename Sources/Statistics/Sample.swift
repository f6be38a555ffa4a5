/// Mean, spread and intervals of a small sample.
public struct Sample: Hashable, Sendable {
  /// The numbers.
  public let values: [Double]

  /// Makes a sample.
  public init(_ values: [Double]) { self.values = values }

  /// Number of values.
  public var count: Int { values.count }

  /// Arithmetic mean; nil for an empty sample.
  public var mean: Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(count)
  }

  /// Middle value, of an even number the mean of the middle two; nil for an empty sample.
  public var median: Double? {
    let sorted = values.sorted()
    guard count > 0 else { return nil }
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }

  /// Standard deviation with n - 1; nil below two values.
  public var standardDeviation: Double? {
    guard let mean, count > 1 else { return nil }
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)).squareRoot()
  }

  /// Half the width of the 95 % confidence interval of the mean by Student's t; nil below two values.
  public var halfInterval95: Double? {
    standardDeviation.map {
      StudentT.quantile(0.975, freedom: count - 1) * $0 / Double(count).squareRoot()
    }
  }
}
