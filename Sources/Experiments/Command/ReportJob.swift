import DurableFiles
public import Foundation
import Results
import UserErrors

/// Writes the reports of all tables that have records.
public enum ReportJob {
  private typealias Text = (name: String, text: String)

  /// Writes `<table>.md` and `<table>.json` into `output`, with the figures of both; returns their places and, for each
  /// record that cannot be read and is in none of them, a sentence.
  public static func write(runs: URL, output: URL) throws -> (files: [URL], unreadable: [String]) {
    let (records, unreadable) = try RunFolder.records(under: runs)
    let requested = try RunRequests.read(under: runs)
    guard !records.isEmpty || !unreadable.isEmpty else {
      throw UsageError("\(runs.path) holds no run; run a table first or name its --runs directory")
    }
    try FileError.makeDirectory(output)
    var texts = try PaperTable.all.flatMap { try Self.texts(of: $0, records) }
    for (id, own) in Dictionary(grouping: records + requested, by: \.table).sorted(by: {
      $0.key < $1.key
    }) {
      let panels = try panels(of: id, runs)
      let report = Report(
        PaperTable.description(of: id, metrics: own[0].metrics), records: records,
        requested: requested, references: PaperTable.all.flatMap(\.references),
        figures: panels.map(\.name))
      texts += [("\(id).md", report.markdown), ("\(id).json", report.json)]
      texts += panels
    }
    let constants = ConstantsReport(records)
    if !constants.isEmpty {
      texts += [("constants.md", constants.markdown), ("constants.json", constants.json)]
    }
    let files = try texts.map { name, text in
      let file = output.appendingPathComponent(name)
      try AtomicFile.write(text, to: file)
      return file
    }
    return (files, unreadable.map(\.description))
  }

  /// What a table shows besides results of runs.
  private static func texts(of table: PaperTable, _ records: [RunRecord]) throws -> [Text] {
    switch table.content {
    case .results: return []
    case .networks:
      let counts = try NetworkCounts(table)
      return [("\(table.id).md", counts.markdown), ("\(table.id).json", counts.json)]
    case .curves(let method):
      let curves = CurveReport(
        table.description, records: records, of: table.recipe.table, base: method.id)
      guard !curves.isEmpty else { return [] }
      let plots = curves.plots.map { (name: "\($0.name).svg", text: $0.svg) }
      return [("\(table.id).md", curves.markdown), ("\(table.id).json", curves.json)] + plots
    }
  }

  /// The panels that lie beside the run folders.
  private static func panels(of table: String, _ runs: URL) throws -> [Text] {
    try FileError.names(in: runs)
      .filter { $0.hasPrefix(TablePanel.prefix(table)) && $0.hasSuffix(".svg") }
      .map {
        let panel = try FileError.reading(runs.appendingPathComponent($0))
        return (name: $0, text: String(decoding: panel, as: UTF8.self))
      }
  }
}
