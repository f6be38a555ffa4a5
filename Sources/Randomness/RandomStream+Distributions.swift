#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension RandomStream {
  /// Standard normal numbers by Box and Muller, in double precision, rounded once to float32.
  public mutating func normals(count: Int, standardDeviation: Double) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(count + 1)
    while values.count < count {
      // 1 - u lies in (0, 1]: the logarithm is finite.
      let radius = standardDeviation * (-2 * log(1 - uniform())).squareRoot()
      let angle = 2 * Double.pi * uniform()
      values.append(Float(radius * cos(angle)))
      values.append(Float(radius * sin(angle)))
    }
    if values.count > count { values.removeLast() }
    return values
  }

  /// Uniform numbers in `low` ..< `high`, drawn in double precision, rounded once to float32.
  public mutating func uniforms(count: Int, low: Double = 0, high: Double = 1) -> [Float] {
    (0..<count).map { _ in Float(low + (high - low) * uniform()) }
  }

  /// A uniformly random order of 0 ..< `count` (Fisher and Yates).
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    guard count > 1 else { return order }
    for last in stride(from: count - 1, through: 1, by: -1) {
      order.swapAt(last, integer(below: last + 1))
    }
    return order
  }
}
