import JSON

/// The rule by which trials of a method's weight choose one.
public enum TrialChoice {
  /// What one trial gave; nil for one that diverged, which is worse than any other.
  public typealias Result = (weight: Double, result: Double?)

  /// The weight with the best result by a metric, of equal ones the smallest; nil where no trial has a result.
  public static func best(of trials: [Result], by metric: Metric) -> Double? {
    trials.compactMap { trial in trial.result.map { (trial.weight, $0) } }.min {
      $0.1 == $1.1 ? $0.0 < $1.0 : metric.isBetter($0.1, than: $1.1)
    }?.0
  }

  /// The choice of every method among its trials, which differ in nothing but the weight.
  static func choices(of groups: [RecordGroup], by metric: Metric) -> [Choice] {
    var trials: [Choice.Place: [Result]] = [:]
    for group in groups {
      for record in group.records + group.open {
        guard let trial = record.subject.trial, record.status.isSettled else { continue }
        trials[Choice.Place(record), default: []].append(
          (trial.weight, record.status == .finished ? record.last?.measures[metric] : nil))
      }
    }
    return trials.sorted { $0.key.order.lexicographicallyPrecedes($1.key.order) }.compactMap {
      place, list in
      best(of: list, by: metric).map {
        Choice(method: place.method, beside: place.beside, weight: $0, trials: list.count)
      }
    }
  }

  /// A chosen weight.
  struct Choice {
    /// What trials of one choice share.
    struct Place: Hashable {
      let method: String
      let beside: String
      let configuration: JSONValue
      var order: [String] { [method, beside, configuration.canonical] }

      init(_ record: RunRecord) {
        method = record.subject.method ?? record.subject.name
        let isLoss = record.subject.trial?.term == .loss
        beside = isLoss ? "-" : record.subject.weights.loss.map { "loss \($0)" } ?? "-"
        configuration = record.equalConfiguration(KnownTeachers([])).without(
          isLoss ? ["loss_weight"] : ["alpha", "lipschitz_share"])
      }
    }

    let method: String
    /// The weight of the method's loss beside which the Lipschitz term's was tried.
    let beside: String
    let weight: Double
    let trials: Int
  }
}

extension RunRecord.Status {
  /// Whether nothing more will come of the run.
  public var isSettled: Bool { self == .finished || self == .diverged }
}
