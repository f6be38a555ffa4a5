extension Contrast {
  /// The contrasts of a table: every method with the guided one of its loss, with the loss itself and with the student
  /// alone; those of an ablation; the term with and without its gradient. No pair twice.
  static func all(of groups: [RecordGroup]) -> [Contrast] {
    let settings = Dictionary(grouping: groups, by: \.setting).sorted { $0.key < $1.key }
    return settings.flatMap { _, groups in
      pairs(groups).map { Contrast($0, $1, among: groups) }.filter { !$0.blocks.isEmpty }
    }
  }

  private static func pairs(_ groups: [RecordGroup]) -> [(RecordGroup, RecordGroup)] {
    let students = groups.filter { $0.subject.role == .student && $0.subject.trial == nil }
    let plain = students.filter(\.subject.isPlain)
    let guided = plain.filter(\.subject.hasPaperTerm)
    let bases = plain.filter { own in
      own.subject.guidance == nil && guided.contains { $0.subject.base == own.subject.base }
    }
    let alone = plain.filter(\.learnsAlone)
    let variants = students.filter { $0.subject.guidance?.variant != nil }
    var seen: Set<Set<String>> = []
    var list: [(RecordGroup, RecordGroup)] = []
    func add(_ first: RecordGroup, _ second: RecordGroup) {
      if first.method != second.method, seen.insert([first.method, second.method]).inserted {
        list.append((first, second))
      }
    }
    for first in guided {
      let own = bases.filter { $0.subject.base == first.subject.base }
      // Beside the term the loss has the weight that it has alone; where it has not, all are shown.
      let equal = own.filter { $0.subject.weights.loss == first.subject.weights.loss }
      for second in equal.isEmpty ? own : equal { add(first, second) }
      for second in plain where second.subject.base == first.subject.base { add(first, second) }
    }
    for first in variants {
      for second in guided + bases where second.subject.base == first.subject.base {
        add(first, second)
      }
    }
    for anchor in guided + bases + alone {
      for first in plain { anchor.learnsAlone ? add(first, anchor) : add(anchor, first) }
    }
    return list
  }
}
