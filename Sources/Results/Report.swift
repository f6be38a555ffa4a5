import JSON
import Statistics

/// The report of one table: a pure function of records, what is known of the table and references. The same records, in
/// any order, give the same bytes.
public struct Report {
  /// One protocol, budget and data set, all of the paper's recipe or none: what may stand side by side.
  struct Section {
    let protocolName: String
    let budget: String
    let dataset: String
    /// Whether the section may be set against the paper's numbers.
    let isComparable: Bool
    let records: [RunRecord]
    let groups: [RecordGroup]
    /// The paired differences of its rows, as one family of tests.
    let contrasts: [JudgedContrast]

    /// The same by setting, in order.
    var groupsBySetting: [(setting: String, groups: [RecordGroup])] {
      Dictionary(grouping: groups, by: \.setting).sorted { $0.key < $1.key }
        .map { (setting: $0.key, groups: $0.value) }
    }
  }

  let table: TableDescription
  let sections: [Section]
  let references: [ReferenceCell]
  let panels: [Panel]

  /// A picture that was drawn beside the run folders.
  public struct Panel: Hashable, Sendable {
    /// Name of the file.
    public let file: String
    /// Its text.
    public let svg: String

    /// Names a file with its text.
    public init(file: String, svg: String) {
      self.file = file
      self.svg = svg
    }
  }

  /// Makes a report of the records of `table`, with panels at its end. `requested` are records of what was asked for, of
  /// which those without a run of their own are rows, too.
  public init(
    _ table: TableDescription, records: [RunRecord], requested: [RunRecord] = [],
    references: [ReferenceCell], panels: [Panel] = []
  ) {
    self.panels = panels
    self.table = table
    self.references = references.filter { $0.table == table.id }
    let records = records + RunRecord.missing(requested, among: records)
    let students = records.filter { $0.subject.role == .student }
    let asked = students.filter { $0.table == table.id }
    let known = KnownTeachers(records)
    // An ablation stands beside the cells that it starts from.
    let places = Set(asked.map(\.place))
    let beside = students.filter { record in
      table.besides?.contains(record) ?? false && places.contains(record.place)
    }
    let groups = Dictionary(grouping: asked + beside, by: SectionKey.init)
    // A teacher belongs to every protocol of its budget that used it, whoever asked for it first.
    sections = groups.sorted { $0.key.order.lexicographicallyPrecedes($1.key.order) }.map {
      key, students in
      let used = Set(students.compactMap { $0.teacher?.configurationHash })
      let teachers = records.filter {
        $0.subject.role == .teacher && used.contains($0.configurationHash)
      }
      let all = (teachers + students).sorted { $0.order.lexicographicallyPrecedes($1.order) }
      let groups = RecordGroup.groups(of: all, methods: table.methods, known)
      return Section(
        protocolName: key.protocolName, budget: key.budget, dataset: key.dataset,
        isComparable: key.isComparable, records: all, groups: groups,
        contrasts: JudgedContrast.family(Contrast.all(of: groups)) { contrast in
          table.primary.flatMap { $0.matches(contrast) ? $0 : nil }
        })
    }
  }

  private struct SectionKey: Hashable {
    let isComparable: Bool
    let budget: String
    let protocolName: String
    let dataset: String

    init(_ record: RunRecord) {
      isComparable = record.isComparable
      budget = record.budget
      protocolName = record.protocolName
      dataset = record.dataset
    }

    var order: [String] { [budget, protocolName, dataset, isComparable ? "0" : "1"] }
  }

  /// Name of the table.
  public var id: String { table.id }

  /// Whether no record of the table is there.
  public var isEmpty: Bool { sections.isEmpty }

  /// References of one row and column.
  func cells(_ setting: String, _ column: String, _ judge: ReferenceCell.Judge = .authors)
    -> [ReferenceCell]
  {
    references.filter { $0.setting == setting && $0.column == column && $0.judge == judge }
  }
}

extension RunRecord {
  /// What two runs must share to stand side by side.
  fileprivate var place: [String] { [setting, protocolName, budget, dataset] }

  /// A key that orders records independently of where they were found.
  fileprivate var order: [String] {
    let seed = String(rootSeed)
    let padded = String(repeating: "0", count: 20 - seed.count) + seed
    return [setting, method, padded, configurationHash, teacher?.checkpointHash ?? ""]
  }

  /// Those of `requested` of which no record tells, each once. A run is that of a request whatever its teacher became.
  public static func missing(_ requested: [RunRecord], among records: [RunRecord]) -> [RunRecord] {
    func key(_ record: RunRecord) -> JSONValue {
      .object([
        "table": .string(record.table),
        "configuration": record.configuration.without([teacherMember]),
      ])
    }
    var known = Set(records.map(key))
    return requested.filter { known.insert(key($0)).inserted }
  }
}
