import Results

/// The result of a table for the terminal: one line per setting and method.
struct TableText {
  let text: String

  init(_ records: [RunRecord], _ metrics: TableMetrics) {
    var table = TextTable(
      ["setting", "method", "n", "\(metrics.main.title) % (last epoch)"]
        + metrics.others.map { "\($0.title) %" } + ["best epoch (selected on test)"])
    for group in RecordGroup.groups(of: records) {
      let last = group.sample(metrics.main)
      table.add(
        [group.setting, group.method, String(last.count), last.summary]
          + metrics.others.map { group.sample($0).summary }
          + [group.bestSample(metrics.main).summary])
    }
    text = table.text
  }
}
