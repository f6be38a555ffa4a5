import Foundation
public import Statistics

/// Finished runs of one setting and method, ordered by seed.
public struct RecordGroup: Sendable {
  /// Letter of the setting.
  public let setting: String
  /// `teacher` or the method.
  public let method: String
  /// The records.
  public let records: [RunRecord]

  /// The last epochs' values of a metric.
  public func sample(_ metric: Metric) -> Sample {
    Sample(records.compactMap { $0.last?.measures[metric] })
  }

  /// What the test server said of the runs; `n/a` where nobody asked it.
  var serverSummary: String {
    let figures = Sample(records.compactMap(\.serverMIoU))
    return figures.count == 0
      ? "n/a"
      : figures.count == records.count
        ? figures.summary : "\(figures.summary) (n = \(figures.count))"
  }

  /// The best epochs' values of a metric, selected on the test set.
  public func bestSample(_ metric: Metric) -> Sample {
    Sample(records.compactMap { $0.best?.measures[metric] })
  }

  /// Column order of methods.
  public static let methodOrder = [
    "teacher", "student", "kd", "fitnets", "at", "jacobian", "ft", "ab", "afd", "ofd", "london",
    "london-released",
  ]

  /// Groups records by setting and method in table order.
  public static func groups(of records: [RunRecord]) -> [RecordGroup] {
    func key(_ record: RunRecord) -> [String] {
      let rank = methodOrder.firstIndex(of: record.method) ?? methodOrder.count
      return [record.setting, (rank < 10 ? "0" : "") + String(rank), record.method]
    }
    let grouped = Dictionary(grouping: records.filter { $0.status == .finished }, by: key)
    return grouped.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, group in
      RecordGroup(
        setting: key[0], method: key[2], records: group.sorted { $0.rootSeed < $1.rootSeed })
    }
  }
}

extension RunRecord {
  /// The seed that names the repetition.
  public var rootSeed: UInt64 { seeds["initialisation"] ?? 0 }
}

extension Sample {
  /// `mean ± standard deviation` with two decimals; the mean alone for one value.
  public var summary: String {
    guard let mean else { return "-" }
    let text = String(format: "%.2f", mean)
    return standardDeviation.map { text + String(format: " ± %.2f", $0) } ?? text
  }
}
