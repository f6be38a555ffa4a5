import Results

/// The result of a table for the terminal: one line per setting and method.
struct TableText {
  let text: String

  /// The rows of `records`, in the order of `methods`.
  init(_ records: [RunRecord], _ metrics: TableMetrics, methods: [String]) {
    var table = TextTable(
      ["setting", "method", "n", "\(metrics.main.title) % (last epoch)"]
        + metrics.others.map { "\($0.title) %" } + ["best epoch (selected on test)", "weights"])
    for group in RecordGroup.groups(of: records, methods: methods) {
      table.add(
        [group.setting, group.method, group.count, group.result(metrics.main)]
          + metrics.others.map { group.sample($0).summary }
          + [group.bestSample(metrics.main).summary, group.weights])
    }
    text = table.text
  }
}
