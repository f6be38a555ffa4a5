import Foundation
import JSON
public import Statistics

/// The runs of one row: of one setting and method, whose configurations and whose teachers' differ in nothing but seeds.
public struct RecordGroup: Sendable {
  /// Name of the setting.
  public let setting: String
  /// What was trained.
  public let subject: RunRecord.Subject
  /// What other rows of the same setting and method have otherwise; nil where there are none.
  public let difference: String?
  /// The finished runs, one for each block, by seed and teacher.
  public let records: [RunRecord]
  /// Those that were asked for and are not finished.
  public let open: [RunRecord]
  /// Further records of a block that is there: no observations of their own.
  public let repeats: [RunRecord]

  /// The method with what sets the row apart.
  public var method: String {
    difference.map { "\(subject.name) (\($0))" } ?? subject.name
  }

  /// What the losses were multiplied by; a factor that runs measure themselves is that of each seed.
  public var weights: String {
    let factors = records.compactMap(\.subject.weights.match).map { String(Float($0)) }
    return subject.weights.text
      + (factors.isEmpty ? "" : " times " + factors.joined(separator: "; "))
  }

  /// The last epochs' values of a metric.
  public func sample(_ metric: Metric) -> Sample {
    Sample(records.compactMap { $0.last?.measures[metric] })
  }

  /// What a server said of the runs.
  func sample(_ server: TableDescription.Server) -> Sample {
    Sample(records.compactMap { $0.serverFigures?[server.figure] })
  }

  /// The same in words; `n/a` where nobody asked it.
  func summary(_ server: TableDescription.Server) -> String {
    let figures = sample(server)
    guard figures.count > 0 else { return "n/a" }
    return figures.count == records.count
      ? figures.summary : "\(figures.summary) (n = \(figures.count))"
  }

  /// The best epochs' values of a metric, selected on the test set.
  public func bestSample(_ metric: Metric) -> Sample {
    Sample(records.compactMap { $0.best?.measures[metric] })
  }

  /// The result, or why there is none.
  public func result(_ metric: Metric) -> String {
    records.isEmpty ? open.map(\.state).joined(separator: "; ") : sample(metric).summary
  }

  /// Finished runs, of how many where others are not finished.
  public var count: String {
    open.isEmpty ? "\(records.count)" : "\(records.count) of \(records.count + open.count)"
  }
}

extension RecordGroup {
  /// Rows in the order of `methods`, which names them without the Lipschitz term; others follow by name.
  public static func groups(of records: [RunRecord], methods: [String] = []) -> [RecordGroup] {
    groups(of: records, methods: methods, KnownTeachers(records))
  }

  static func groups(
    of records: [RunRecord], methods: [String] = [], _ teachers: KnownTeachers
  ) -> [RecordGroup] {
    // What was asked for belongs to the row that it would have joined, whatever teacher it would have had.
    let begun = Dictionary(grouping: records.filter { $0.status != .missing }) {
      RowKey($0, teachers)
    }
    var rows = begun
    for record in records where record.status == .missing {
      let own = RowKey(record, teachers)
      let row = begun.keys.filter { $0.joins(own) }.min { $0.text < $1.text } ?? own
      rows[row, default: []].append(record)
    }
    let cells = Dictionary(grouping: rows, by: \.key.cell)
    return cells.sorted { $0.key.precedes($1.key, methods) }.flatMap { cell, rows in
      let differences = Differences(rows.compactMap { row in row.value.first }, teachers)
      return rows.sorted { $0.key.text < $1.key.text }.compactMap { _, records in
        records.first.map { RecordGroup(records, differences.text(of: $0)) }
      }
    }
  }

  private init(_ records: [RunRecord], _ difference: String?) {
    let ordered = records.sorted {
      ($0.block, $0.configurationHash) < ($1.block, $1.configurationHash)
    }
    let blocks = Dictionary(grouping: ordered, by: \.block).sorted { $0.key < $1.key }.map(\.value)
    var (finished, open, repeats): ([RunRecord], [RunRecord], [RunRecord]) = ([], [], [])
    for own in blocks {
      let done = own.filter { $0.status == .finished }
      if let first = done.first {
        finished.append(first)
        repeats += done.dropFirst()
      } else {
        open += own.prefix(1)
      }
    }
    self.init(
      setting: ordered[0].setting, subject: ordered[0].subject, difference: difference,
      records: finished, open: open, repeats: repeats)
  }
}

/// What runs of one row share.
private struct RowKey: Hashable {
  /// A setting and a method with its variant or trial.
  struct Cell: Hashable {
    let setting: String
    let role: RunRecord.Subject.Role
    let base: String
    let form: RunRecord.Guidance.Form?
    let name: String

    func precedes(_ other: Cell, _ methods: [String]) -> Bool {
      func key(_ cell: Cell) -> [String] {
        let rank = methods.firstIndex(of: cell.base) ?? methods.count
        return [
          cell.setting, cell.role == .teacher ? "0" : "1", String(rank + 1000), cell.base,
          cell.form == nil ? "0" : cell.form == .differentiable ? "1" : "2", cell.name,
        ]
      }
      return key(self).lexicographicallyPrecedes(key(other))
    }
  }

  let cell: Cell
  let text: String
  private let textOfAnyTeacher: String

  init(_ record: RunRecord, _ teachers: KnownTeachers) {
    cell = Cell(
      setting: record.setting, role: record.subject.role, base: record.subject.base ?? "",
      form: record.subject.guidance?.form, name: record.subject.name)
    text = record.equalConfiguration(teachers).canonical
    textOfAnyTeacher =
      record.configuration.without(["seed", RunRecord.teacherRunMember, RunRecord.teacherMember])
      .canonical
  }

  func joins(_ asked: RowKey) -> Bool {
    cell == asked.cell && textOfAnyTeacher == asked.textOfAnyTeacher
  }
}

/// What sets rows of one cell apart.
private struct Differences {
  private let versions: Set<Int>
  private let leaves: [Int: [String: Set<JSONValue>]]
  private let teachers: KnownTeachers

  init(_ records: [RunRecord], _ teachers: KnownTeachers) {
    self.teachers = teachers
    versions = Set(records.map(\.schemaVersion))
    var leaves: [Int: [String: Set<JSONValue>]] = [:]
    let counts = Dictionary(grouping: records, by: \.schemaVersion)
    for (version, own) in counts {
      let all = own.map { $0.equalConfiguration(teachers).leaves }
      for path in Set(all.flatMap(\.keys)) {
        leaves[version, default: [:]][path] = Set(all.map { $0[path] ?? .null })
      }
    }
    self.leaves = leaves
  }

  func text(of record: RunRecord) -> String? {
    let own = record.equalConfiguration(teachers).leaves
    var words = versions.count > 1 ? ["record layout \(record.schemaVersion)"] : []
    for (path, values) in leaves[record.schemaVersion, default: [:]].sorted(by: { $0.key < $1.key })
    where values.count > 1 {
      words.append("\(path) \(own[path]?.short ?? "-")")
    }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }
}

extension RunRecord {
  /// The seed that names the repetition.
  public var rootSeed: UInt64 { seeds["initialisation"] ?? 0 }

  /// The entry of `seeds` that holds the root seed of the teacher's own training.
  public static let teacherSeed = "teacher"

  /// The root seed of the teacher's training: with `rootSeed` it names the block to which the run belongs. nil without a
  /// teacher, and with one from a file. Records from before teachers had seeds say nothing of it: it was 0.
  public var teacherSeed: UInt64? {
    seeds[Self.teacherSeed] ?? teacher.flatMap { $0.isFile ? nil : 0 }
  }

  /// The member of a configuration that holds the digest of the teacher's checkpoint.
  public static let teacherMember = "teacher_checkpoint"

  /// The member of a configuration that holds the hash of the teacher's own configuration.
  static let teacherRunMember = "teacher"

  /// What must be equal for two records to be observations of one thing: the configuration without the seed, with the
  /// arithmetic, and with the digest of the teacher's recipe or, where nothing tells it, its checkpoint.
  func equalConfiguration(_ teachers: KnownTeachers) -> JSONValue {
    guard case .object(var members) = configuration.without(["seed"]) else { return configuration }
    if let teacher {
      let recipe = teachers.recipe(of: teacher)
      if let recipe { members[Self.teacherRunMember] = .string(recipe) }
      members[Self.teacherMember] = recipe == nil ? .string(teacher.checkpointHash) : nil
    }
    members["precision"] = .string(environment.precision)
    return .object(members)
  }

  /// How far a run came that is not finished.
  var state: String {
    let taught = teacherSeed.map { $0 == 0 ? "" : " of teacher \($0)" } ?? ""
    let place = "seed \(rootSeed)\(taught): \(status.rawValue)"
    guard status != .missing else { return place }
    return "\(place) after \(epochs.count) epochs" + (message.map { ", \($0)" } ?? "")
  }
}

extension JSONValue {
  /// An object without some members.
  func without(_ names: Set<String>) -> JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(members.filter { !names.contains($0.key) })
  }

  /// Everything that is no object, by its path with dots.
  var leaves: [String: JSONValue] {
    guard case .object(let members) = self else { return ["": self] }
    var leaves: [String: JSONValue] = [:]
    for (name, value) in members {
      for (path, leaf) in value.leaves { leaves[path.isEmpty ? name : "\(name).\(path)"] = leaf }
    }
    return leaves
  }

  /// The value for readers; digests by their first digits.
  fileprivate var short: String {
    guard case .string(let text) = self else { return canonical }
    return text.count == 64 ? String(text.prefix(12)) : text
  }
}

extension Sample {
  /// `mean ± standard deviation` with two decimals; the mean alone for one value.
  public var summary: String {
    guard let mean else { return "-" }
    let text = String(format: "%.2f", mean)
    return standardDeviation.map { text + String(format: " ± %.2f", $0) } ?? text
  }
}
