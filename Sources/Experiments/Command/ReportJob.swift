import DurableFiles
public import Foundation
import Results

/// Writes the reports of all tables that have records.
public enum ReportJob {
  /// Writes `<table>.md` and `<table>.json` into `output`; returns their places and, for each record that cannot be
  /// read and is in none of them, a sentence.
  public static func write(runs: URL, output: URL) throws -> (files: [URL], unreadable: [String]) {
    let (records, unreadable) = try RunFolder.records(under: runs)
    guard !records.isEmpty || !unreadable.isEmpty else {
      throw UsageError("\(runs.path) holds no run; run a table first or name its --runs directory")
    }
    try FileError.makeDirectory(output)
    var texts: [(name: String, text: String)] = []
    let settings = try SettingsTable(classCount: 100)
    texts += [("table1.md", settings.markdown), ("table1.json", settings.json)]
    for table in Set(records.map(\.table)).sorted() {
      let report = Report(
        table: table, records: records, references: References.cells,
        figures: try figures(of: table, runs))
      texts += [("\(table).md", report.markdown), ("\(table).json", report.json)]
    }
    let curves = CurveReport(records: records)
    if !curves.isEmpty {
      texts += [("figure2.md", curves.markdown), ("figure2.json", curves.json)]
      texts += curves.plots.map { ("\($0.name).svg", $0.svg) }
    }
    for table in ["table4", "table5"] {
      for name in try figures(of: table, runs) {
        texts.append(
          (
            name,
            String(
              decoding: try FileError.reading(runs.appendingPathComponent(name)), as: UTF8.self)
          ))
      }
    }
    let files = try texts.map { name, text in
      let file = output.appendingPathComponent(name)
      try AtomicFile.write(text, to: file)
      return file
    }
    return (files, unreadable.map(\.description))
  }

  /// The panels that lie beside the run folders.
  private static func figures(of table: String, _ runs: URL) throws -> [String] {
    try FileError.names(in: runs)
      .filter { $0.hasPrefix(TablePanel.prefix(table)) && $0.hasSuffix(".svg") }
  }
}
