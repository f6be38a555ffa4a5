/// The rule by which trials of a method's weight choose one.
public enum TrialChoice {
  /// What stands between a method's name and a trial's weight in the name of a run's method.
  public static let separator = " weight="

  /// The weight with the best result by a metric, of equal ones the smallest; nil without trials.
  public static func best(of trials: [(weight: Double, result: Double)], by metric: Metric)
    -> Double?
  {
    trials.min {
      $0.result == $1.result
        ? $0.weight < $1.weight : metric.isBetter($0.result, than: $1.result)
    }?.weight
  }

  /// The choice of every method among finished trials, by method.
  static func choices(of groups: [RecordGroup], by metric: Metric) -> [(
    method: String, weight: Double, trials: Int
  )] {
    var trials: [String: [(weight: Double, result: Double)]] = [:]
    for group in groups {
      guard let place = group.method.range(of: separator),
        let weight = Double(group.method[place.upperBound...])
      else { continue }
      let method = String(group.method[..<place.lowerBound])
      trials[method, default: []] += group.records.compactMap { record in
        record.last?.measures[metric].map { (weight, $0) }
      }
    }
    return trials.sorted { $0.key < $1.key }.compactMap { method, list in
      best(of: list, by: metric).map { (method, $0, list.count) }
    }
  }
}
