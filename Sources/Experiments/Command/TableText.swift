import Results

/// The result of a table for the terminal: one line per setting and method.
struct TableText {
  let text: String

  init(_ records: [RunRecord]) {
    var table = TextTable([
      "setting", "method", "n", "top-1 error % (last epoch)", "top-5 error %",
      "best epoch (selected on test)",
    ])
    for group in RecordGroup.groups(of: records) {
      let last = Sample(group.records.compactMap { $0.last?.top1Error })
      let top5 = Sample(group.records.compactMap { $0.last?.top5Error })
      let best = Sample(group.records.compactMap { $0.best?.top1Error })
      table.add([
        group.setting, group.method, String(last.count), last.summary, top5.summary, best.summary,
      ])
    }
    text = table.text
  }
}
