import Statistics

/// The report of one table: a pure function of records and references. The same records, in any order,
/// give the same bytes.
public struct Report {
  /// One protocol, budget and data set: what may stand side by side.
  struct Section {
    let protocolName: String
    let budget: String
    let dataset: String
    let records: [RunRecord]

    var groups: [RecordGroup] { RecordGroup.groups(of: records) }
    /// The same by setting, in order.
    var groupsBySetting: [(setting: String, groups: [RecordGroup])] {
      Dictionary(grouping: groups, by: \.setting).sorted { $0.key < $1.key }
        .map { (setting: $0.key, groups: $0.value) }
    }

    /// Whether the section may be set against the paper's numbers.
    var isComparable: Bool { budget == "full" }
  }

  let table: String
  let metrics: TableMetrics
  let sections: [Section]
  let references: [ReferenceCell]
  let figures: [String]

  /// Makes a report of the records of `table`, with files of figures at its end.
  public init(
    table: String, records: [RunRecord], references: [ReferenceCell], figures: [String] = []
  ) {
    self.figures = figures
    self.table = table
    metrics = TableMetrics(table: table)
    self.references = references.filter { $0.table == table }
    let students = records.filter { $0.method != "teacher" }
    let asked = students.filter { $0.table == table }
    // An ablation stands beside the cells of table 2 that it starts from.
    let places = Set(asked.map(\.place))
    let beside = students.filter {
      table == "table6" && $0.table == "table2" && places.contains($0.place)
        && ["ofd", "london"].contains($0.method)
    }
    let groups = Dictionary(grouping: asked + beside) { [$0.budget, $0.protocolName, $0.dataset] }
    // A teacher belongs to every protocol of its budget that used it, whoever asked for it first.
    sections = groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, students in
      let used = Set(students.compactMap { $0.teacher?.configurationHash })
      let teachers = records.filter {
        $0.method == "teacher" && used.contains($0.configurationHash)
      }
      return Section(
        protocolName: key[1], budget: key[0], dataset: key[2],
        records: (teachers + students).sorted { $0.order.lexicographicallyPrecedes($1.order) })
    }
  }

  /// References of one row and column.
  func cells(_ setting: String, _ column: String, _ judge: ReferenceCell.Judge = .authors)
    -> [ReferenceCell]
  {
    references.filter { $0.setting == setting && $0.column == column && $0.judge == judge }
  }

  /// Whether a test server exists that may judge, too.
  var hasServer: Bool { metrics == .segmentation }
}

extension RunRecord {
  /// What two runs must share to stand side by side.
  fileprivate var place: [String] { [setting, protocolName, budget, dataset] }

  /// A key that orders records independently of where they were found.
  fileprivate var order: [String] {
    let seed = String(rootSeed)
    let padded = String(repeating: "0", count: 20 - seed.count) + seed
    return [setting, method, padded, configurationHash]
  }
}

/// Difference between two methods over the seeds that both have.
struct PairedDifference {
  let setting: String
  let first: String
  let second: String
  let seeds: [UInt64]
  let sample: Sample

  /// The pairs of methods that carry the paper's claim, and every method against the student alone.
  private static func pairs(_ methods: [String]) -> [(String, String)] {
    let claims = [("london", "ofd"), ("london", "london-released")]
    let guided = methods.filter { $0.hasSuffix("+london") }.map {
      ($0, String($0.dropLast("+london".count)))
    }
    let variants = methods.filter { $0.hasPrefix("london ") }.map { ($0, "ofd") }
    let others = methods.filter { $0 != "teacher" && $0 != "student" && !$0.contains(" ") }
    return claims + guided + variants + others.map { ($0, "student") }
  }

  /// Differences of the last epoch's results, first minus second, percentage points.
  static func all(of groups: [RecordGroup]) -> [PairedDifference] {
    var differences: [PairedDifference] = []
    for setting in Set(groups.map(\.setting)).sorted() {
      func results(_ method: String) -> [UInt64: Double] {
        let group = groups.first { $0.setting == setting && $0.method == method }
        let pairs = (group?.records ?? []).compactMap { record in
          record.result.map { (record.rootSeed, $0) }
        }
        return Dictionary(pairs) { first, _ in first }
      }
      let methods = groups.filter { $0.setting == setting }.map(\.method)
      for (first, second) in pairs(methods) {
        let (left, right) = (results(first), results(second))
        let seeds = left.keys.filter { right[$0] != nil }.sorted()
        guard !seeds.isEmpty else { continue }
        let values = seeds.map { left[$0, default: 0] - right[$0, default: 0] }
        differences.append(
          PairedDifference(
            setting: setting, first: first, second: second, seeds: seeds, sample: Sample(values)))
      }
    }
    return differences
  }
}
