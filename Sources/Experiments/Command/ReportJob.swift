import DurableFiles
public import Foundation
import Results

/// Writes the reports of all tables that have records.
public enum ReportJob {
  /// Writes `<table>.md` and `<table>.json` into `output` and returns their places.
  public static func write(runs: URL, output: URL) throws -> [URL] {
    let records = try RunFolder.records(under: runs)
    guard !records.isEmpty else {
      throw UsageError("\(runs.path) holds no run; run a table first or name its --runs directory")
    }
    try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
    var files: [URL] = []
    for table in Set(records.map(\.table)).sorted() {
      let report = Report(
        table: table, records: records.filter { $0.table == table }, references: References.cells)
      for (suffix, text) in [("md", report.markdown), ("json", report.json)] {
        let file = output.appendingPathComponent("\(table).\(suffix)")
        try AtomicFile.write(text, to: file)
        files.append(file)
      }
    }
    return files
  }
}
