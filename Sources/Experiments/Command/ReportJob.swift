import DurableFiles
public import Foundation
public import Results
import UserErrors

/// All that is known of the runs of a directory, as pages.
public struct ReportJob {
  /// The claims with their verdicts.
  public let ledger: Ledger
  /// A sentence for each record that cannot be read and is on no page.
  public let unreadable: [String]
  /// A sentence for each that can be read and does not count.
  public let excluded: [String]

  private let collection: RunCollection
  private let requested: [RunRecord]
  private let panels: [Report.Panel]
  private let reports: [Report]
  /// What is no table of results, each with its JSON twin.
  private let others: [(page: Page, json: String)]
  private let checklist: Page

  /// Budgets whose runs can decide a claim, the best first.
  private static let decisive = Budget.Base.allCases.filter(\.canDecide).map(\.rawValue)

  /// Reads the records of run folders, or records that were exported. Where none are needed, the directory may be missing.
  public init(runs: URL, needsRuns: Bool = true) throws {
    let isThere = FileManager.default.fileExists(atPath: runs.path)
    collection = try needsRuns || isThere ? RunCollection(under: runs) : .none
    guard !needsRuns || !collection.entries.isEmpty || !collection.unreadable.isEmpty else {
      throw UsageError("\(runs.path) holds no run; run a table first or name its --runs directory")
    }
    let screening = Screening(collection.records.filter { $0.status != .missing })
    let records = screening.records
    // A run that is there and does not count is not missing.
    let requested = RunRecord.missing(
      collection.records.filter { $0.status == .missing } + (try RunRequests.read(under: runs)),
      among: collection.records.filter { $0.status != .missing })
    let panels = try isThere ? Self.panels(runs) : []
    let tables = Dictionary(grouping: records + requested, by: \.table)
    let references = PaperTable.all.flatMap(\.references)
    let reports = Self.order(tables.keys).map { id in
      Report(
        PaperTable.description(of: id, metrics: tables[id]?[0].metrics ?? .classification),
        records: records, requested: requested, references: references,
        panels: panels.filter { $0.file.hasPrefix(TablePanel.prefix(id)) })
    }
    unreadable = collection.unreadable.map(\.description)
    excluded = screening.excluded.map(\.sentence)
    ledger = Ledger(Claim.all, reports: reports, records: records, decisive: Self.decisive)
    let constants = ConstantsReport(records)
    others =
      try PaperTable.all.compactMap { try Self.other($0, records) }
      + (constants.isEmpty ? [] : [(page: constants.page, json: constants.json)])
    checklist = Checklist(records).page
    self.requested = requested
    self.panels = panels
    self.reports = reports
  }

  /// Tables in the paper's order, then the others by name.
  private static func order(_ ids: some Sequence<String>) -> [String] {
    let known = PaperTable.all.map(\.id)
    return ids.sorted { left, right in
      let ranks = [left, right].map { known.firstIndex(of: $0) ?? known.count }
      return (ranks[0], left) < (ranks[1], right)
    }
  }

  /// What a table shows besides results of runs.
  private static func other(_ table: PaperTable, _ records: [RunRecord]) throws -> (
    page: Page, json: String
  )? {
    switch table.content {
    case .results: return nil
    case .networks:
      let counts = try NetworkCounts(table)
      return (counts.page, counts.json)
    case .curves(let method):
      let curves = CurveReport(
        table.description, records: records, of: table.recipe.table, base: method.id)
      return curves.isEmpty ? nil : (curves.page, curves.json)
    }
  }

  /// The panels that lie beside the run folders.
  private static func panels(_ runs: URL) throws -> [Report.Panel] {
    try FileError.names(in: runs).filter { $0.hasSuffix(".svg") }.map {
      let panel = try FileError.reading(runs.appendingPathComponent($0))
      return Report.Panel(file: $0, svg: String(decoding: panel, as: UTF8.self))
    }
  }
}

extension ReportJob {
  /// All pages, the verdict first.
  private var pages: [Page] {
    let tables = reports.filter { !$0.isEmpty }.map(\.page) + others.map(\.page) + [checklist]
    var first = ledger.page(of: tables)
    if !excluded.isEmpty {
      first.blocks += [.heading(2, "Runs that do not count"), .list(excluded)]
    }
    return [first] + tables
  }

  /// Writes the pages with their pictures, the JSON twins and the tables of runs into `output`; returns their places.
  public func write(to output: URL) throws -> [URL] {
    var texts: [(name: String, text: String)] = [("claims.json", ledger.json)]
    for page in pages {
      texts.append(("\(page.name).md", page.markdown))
      texts += page.pictures
    }
    for report in reports where !report.isEmpty {
      texts += [("\(report.id).json", report.json), ("\(report.id).csv", report.csv)]
    }
    try FileError.makeDirectory(output)
    return try (texts + others.map { ("\($0.page.name).json", $0.json) }).sorted {
      $0.name < $1.name
    }.map { name, text in
      let file = output.appendingPathComponent(name)
      try AtomicFile.write(text, to: file)
      return file
    }
  }

  /// Writes all pages as one file that needs no other.
  public func writeHTML(to file: URL) throws {
    try AtomicFile.write(
      Page.html(pages, title: "LSKD: does Lipschitz-guided distillation hold?"), to: file)
  }

  /// Writes the records, what was asked for and never begun, and the panels into `directory`, of which the same reports can
  /// be made; returns the records' places.
  public func export(to directory: URL) throws -> [URL] {
    let missing = RunRecord.missing(
      requested, among: collection.records.filter { $0.status != .missing })
    let files = try collection.export(to: directory)
    for record in missing {
      try record.write(
        to: directory.appendingPathComponent(
          "missing-\(record.table)-\(record.configurationHash.prefix(16)).json"))
    }
    for panel in panels {
      try AtomicFile.write(panel.svg, to: directory.appendingPathComponent(panel.file))
    }
    return files
  }
}
