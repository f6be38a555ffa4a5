import DurableFiles
public import Foundation
import Results
import UserErrors

/// Writes the reports of all tables that have records.
public enum ReportJob {
  /// Writes `<table>.md` and `<table>.json` into `output` and returns their places.
  public static func write(runs: URL, output: URL) throws -> [URL] {
    let records = try RunFolder.records(under: runs)
    let requested = try RunRequests.read(under: runs)
    guard !records.isEmpty else {
      throw UsageError("\(runs.path) holds no run; run a table first or name its --runs directory")
    }
    try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
    var texts: [(name: String, text: String)] = []
    let settings = try SettingsTable(classCount: 100)
    texts += [("table1.md", settings.markdown), ("table1.json", settings.json)]
    for table in Set((records + requested).map(\.table)).sorted() {
      let report = Report(
        TableDescription(named: table), records: records, requested: requested,
        references: References.cells, figures: try figures(of: table, runs))
      texts += [("\(table).md", report.markdown), ("\(table).json", report.json)]
    }
    let curves = CurveReport(records: records, table: "table2", base: MethodCard.ofd.id)
    if !curves.isEmpty {
      texts += [("figure2.md", curves.markdown), ("figure2.json", curves.json)]
      texts += curves.plots.map { ("\($0.name).svg", $0.svg) }
    }
    for table in ["table4", "table5"] {
      for name in try figures(of: table, runs) {
        texts.append(
          (name, try String(contentsOf: runs.appendingPathComponent(name), encoding: .utf8)))
      }
    }
    return try texts.map { name, text in
      let file = output.appendingPathComponent(name)
      try AtomicFile.write(text, to: file)
      return file
    }
  }

  /// The panels that lie beside the run folders.
  private static func figures(of table: String, _ runs: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: runs.path)
      .filter { $0.hasPrefix(TablePanel.prefix(table)) && $0.hasSuffix(".svg") }.sorted()
  }
}
