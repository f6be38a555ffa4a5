/// Several tests at once.
public enum MultipleTests {
  /// p-values adjusted by Holm's step-down rule (1979), in the order given: rejecting those below a level keeps the
  /// probability of any false rejection below it.
  public static func holm(_ pValues: [Double]) -> [Double] {
    let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    var adjusted = pValues
    var largest = 0.0
    for (rank, index) in order.enumerated() {
      largest = max(largest, Double(pValues.count - rank) * pValues[index])
      adjusted[index] = min(largest, 1)
    }
    return adjusted
  }

  /// The probability that a random result of `first` is smaller than one of `second`, ties counting half (the
  /// probability of improvement where the results are errors); nil where one is empty.
  public static func probabilityOfImprovement(_ first: [Double], over second: [Double]) -> Double? {
    guard !first.isEmpty, !second.isEmpty else { return nil }
    var sum = 0.0
    for one in first {
      for other in second { sum += one < other ? 1 : one == other ? 0.5 : 0 }
    }
    return sum / Double(first.count * second.count)
  }
}
