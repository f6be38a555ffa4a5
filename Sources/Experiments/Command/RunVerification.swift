import Datasets
import DurableFiles
public import Foundation
import JSON
import Measuring
import Results
import UserErrors

/// Run folders held against themselves, against today's recipes and, if wished, against their own checkpoints.
public struct RunVerification {
  private struct Row {
    let place: URL
    let faults: [String]
    let notes: [String]
  }

  private let rows: [Row]
  private let doubles: [String]
  private let drift: [String]

  /// Whether no run is at fault.
  public var isSound: Bool { doubles.isEmpty && rows.allSatisfy(\.faults.isEmpty) }

  /// Checks given folders, or all under `runs`. Checkpoints of classifiers are measured anew where `measuring`, with images of
  /// `data` or those that they name.
  public init(_ folders: [URL], under runs: URL, measuring: Bool, data: URL?) throws {
    let places =
      try folders.isEmpty ? Self.places(under: runs) : folders
    guard !places.isEmpty else {
      throw UsageError("\(runs.path) holds no run; name its --runs directory, or run folders")
    }
    let checks = places.map(RunFolderCheck.init)
    rows = checks.map { check in
      var (faults, notes) = (check.faults, check.notes)
      if let record = check.record {
        faults += Self.recipeFault(record).map { [$0] } ?? []
        if measuring { Self.measure(record, check.place, data, &faults, &notes) }
      }
      return Row(place: check.place, faults: faults, notes: notes)
    }
    doubles = RunFolderCheck.doubles(of: checks)
    drift = RunFolderCheck.drift(of: checks.compactMap(\.record))
  }

  private static func places(under runs: URL) throws -> [URL] {
    try RunCollection.names(in: runs).map { runs.appendingPathComponent($0) }.filter { place in
      RunCollection.isFile(place)
        || FileManager.default.fileExists(
          atPath: RunFolder(following: place).events.path)
        || FileManager.default.fileExists(atPath: RunFolder(following: place).record.path)
    }
  }

  /// A run of a usual budget has the recipe that the suite gives it today; nil where it has, and where the suite knows no such
  /// run.
  private static func recipeFault(_ record: RunRecord) -> String? {
    guard record.status != .missing, let base = Budget.Base(rawValue: record.budget),
      let table = PaperTable.all.first(where: {
        $0.id == record.table || $0.recipe.trialsTable == record.table
      }),
      let setting = table.settings.first(where: { $0.id == record.setting }),
      let trainingProtocol = TrainingProtocol(rawValue: record.protocolName),
      setting.recipe.budgets.contains(base)
    else { return nil }
    let role: RunPlan.Role
    if let name = record.subject.method {
      // A method of another version of the suite is not known here.
      guard let method = try? Method(named: name) else { return nil }
      role = .student(method)
    } else {
      role = .teacher
    }
    let plan = RunPlan(
      table: record.table, setting: setting, role: role, trainingProtocol: trainingProtocol,
      budget: Budget(base), seed: record.rootSeed,
      data: DataReference(id: record.dataset, hashes: record.datasetHashes))
    if record.isComparable && plan.deviations.contains(where: \.separates) {
      return
        "it stands beside the paper's numbers, and budget \(record.budget) is not the paper's recipe"
    }
    let (own, today) = (record.configuration["recipe"], plan.configuration["recipe"])
    guard record.configuration["backbone"] == nil, own != today else { return nil }
    let members = Set((own?.object ?? [:]).keys).union((today?.object ?? [:]).keys)
    let unlike = members.filter { own?[$0] != today?[$0] }.sorted()
    return "its recipe is not today's of budget \(record.budget): \(unlike.joined(separator: ", "))"
  }

  private static func measure(
    _ record: RunRecord, _ place: URL, _ data: URL?, _ faults: inout [String],
    _ notes: inout [String]
  ) {
    let file = RunFolder(following: place).last
    guard let last = record.last, let expected = last.measures[.top1Error] else {
      notes.append("it is no classifier that could be measured anew")
      return
    }
    guard FileManager.default.fileExists(atPath: file.path) else { return }
    do {
      let checkpoint = try ModelCheckpoint(contentsOf: file)
      let job = try EvaluationJob(
        checkpoint: checkpoint, file: file, directory: data, synthetic: false)
      let result = try JSONValue(json: Data(try job.run(json: true).utf8))
      let found = result["metrics"]?["top1_error"]
      if found != .number(expected) {
        faults.append(
          "measured anew its top-1 error is \(found?.canonical ?? "unknown"), the record says \(expected)"
        )
      }
    } catch { notes.append("it could not be measured anew: \(error.reason)") }
  }
}

extension RunVerification {
  /// Faults run by run, then what concerns several runs.
  public var text: String {
    var lines: [String] = []
    for row in rows where !row.faults.isEmpty {
      lines += row.faults.map { "\(row.place.lastPathComponent): \($0)" }
    }
    lines += doubles
    let notes = Dictionary(grouping: rows.flatMap(\.notes)) { $0 }.mapValues(\.count)
    lines += notes.sorted { $0.key < $1.key }.map { "note: \($0.key) (\($0.value) runs)" }
    lines += drift.map { "note: \($0)" }
    let bad = rows.count { !$0.faults.isEmpty }
    lines.append("\(rows.count) runs, \(bad) at fault")
    return lines.joined(separator: "\n")
  }

  /// The same for programs.
  public var json: String {
    JSONValue.object([
      "sound": .bool(isSound),
      "runs": .array(
        rows.map { row in
          .object([
            "place": .string(row.place.path),
            "faults": .array(row.faults.map { .string($0) }),
            "notes": .array(row.notes.map { .string($0) }),
          ])
        }),
      "doubles": .array(doubles.map { .string($0) }), "drift": .array(drift.map { .string($0) }),
    ]).indented
  }
}
