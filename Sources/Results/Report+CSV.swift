extension Report {
  /// One row for every run of the table, as comma-separated values with full precision.
  public var csv: String {
    var text = TextTable(
      [
        "table", "protocol", "budget", "dataset", "comparable_with_paper", "setting", "method",
        "row", "seed", "teacher", "status", "run",
      ] + table.metrics.all.map { "\($0.key)_last" } + ["\(table.metrics.main.key)_best_on_test"]
        + ["epoch", "operations", "wall_seconds"])
    for section in sections {
      for group in section.groups {
        for record in group.records + group.open + group.repeats {
          text.add(
            [
              table.id, section.protocolName, section.budget, section.dataset,
              "\(section.isComparable)", group.setting, group.subject.name, group.method,
              "\(record.rootSeed)", record.teacher?.checkpointHash ?? "", record.status.rawValue,
              record.configurationHash,
            ] + table.metrics.all.map { number(record.last?.measures[$0]) }
              + [number(record.best?.measures[table.metrics.main])]
              + [
                record.last.map { "\($0.epoch + 1)" } ?? "", number(record.operations),
                number(record.wallSeconds),
              ])
        }
      }
    }
    return text.csv
  }

  private func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
}
