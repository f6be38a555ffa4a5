public import Randomness

/// Bootstrap of a mean.
public enum Bootstrap {
  /// Means of `count` resamples of `values` with replacement.
  public static func means(of values: [Double], count: Int, _ stream: inout RandomStream)
    -> [Double]
  {
    guard !values.isEmpty else { return [] }
    return (0..<count).map { _ in
      var sum = 0.0
      for _ in values { sum += values[stream.integer(below: values.count)] }
      return sum / Double(values.count)
    }
  }

  /// Means of `count` resamples of rows and, independently, of columns: blocks and test images. `rows` are of equal
  /// length.
  public static func means(ofRows rows: [[Double]], count: Int, _ stream: inout RandomStream)
    -> [Double]
  {
    guard let width = rows.first?.count, width > 0 else { return [] }
    return (0..<count).map { _ in
      var times = [Double](repeating: 0, count: width)
      for _ in 0..<width { times[stream.integer(below: width)] += 1 }
      var sum = 0.0
      for _ in rows {
        let row = rows[stream.integer(below: rows.count)]
        for (value, weight) in zip(row, times) { sum += value * weight }
      }
      return sum / Double(rows.count * width)
    }
  }

  /// The bias-corrected and accelerated interval (Efron 1987) of the mean of `values` from the means of its resamples; nil
  /// where the values or the resamples do not spread.
  public static func interval(
    of values: [Double], resampled: [Double], confidence: Double = 0.95
  ) -> Interval? {
    guard values.count > 1, let mean = Sample(values).mean, !resampled.isEmpty else { return nil }
    let below = resampled.count { $0 < mean }
    let notAbove = resampled.count { $0 <= mean }
    let bias = Normal.quantile(Double(below + notAbove) / Double(2 * resampled.count))
    // The jackknife's values differ from their mean by (mean - value) / (n - 1).
    let deviations = values.map { (mean - $0) / Double(values.count - 1) }
    let squares = deviations.reduce(0) { $0 + $1 * $1 }
    guard squares > 0, bias.isFinite else { return nil }
    let cubes = deviations.reduce(0) { $0 - $1 * $1 * $1 }
    let acceleration = cubes / (6 * squares * squares.squareRoot())
    let sorted = resampled.sorted()
    func end(_ probability: Double) -> Double {
      let z = bias + Normal.quantile(probability)
      return quantile(Normal.distribution(bias + z / (1 - acceleration * z)), of: sorted)
    }
    return Interval(end((1 - confidence) / 2), end((1 + confidence) / 2))
  }

  /// The quantile of sorted values, interpolated between neighbours.
  static func quantile(_ probability: Double, of sorted: [Double]) -> Double {
    let place = probability * Double(sorted.count - 1)
    let index = min(max(Int(place), 0), sorted.count - 1)
    let next = min(index + 1, sorted.count - 1)
    return sorted[index] + (place - Double(index)) * (sorted[next] - sorted[index])
  }
}
