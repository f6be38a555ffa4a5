import Statistics

/// Difference between two rows over the seeds that both have.
struct PairedDifference {
  let setting: String
  let first: String
  let second: String
  let seeds: [UInt64]
  let sample: Sample

  /// The pairs that carry the paper's claim - a loss with and without the Lipschitz term, the term with and without its
  /// gradient -, those of an ablation, and every method against the student alone.
  private static func pairs(_ groups: [RecordGroup]) -> [(RecordGroup, RecordGroup)] {
    let plain = groups.filter(\.subject.isPlain)
    let guided = plain.filter { $0.subject.guidance != nil }
    func bases(of group: RecordGroup) -> [RecordGroup] {
      let all = plain.filter {
        $0.subject.guidance == nil && $0.subject.base == group.subject.base
          && $0.hasTeacher(of: group)
      }
      // Beside the term the loss has the weight that it has alone; where it has not, all are shown.
      let equal = all.filter { $0.subject.weights.loss == group.subject.weights.loss }
      return equal.isEmpty ? all : equal
    }
    func against(_ others: (RecordGroup) -> [RecordGroup], _ own: [RecordGroup])
      -> [(RecordGroup, RecordGroup)]
    {
      own.flatMap { group in others(group).map { (group, $0) } }
    }
    let withGradient = guided.filter { $0.subject.hasPaperTerm }
    let alone = plain.filter(\.subject.learnsAlone)
    return against(bases, guided)
      + against(
        { group in
          guided.filter {
            $0.subject.guidance?.form == .stopGradient && $0.subject.base == group.subject.base
              && $0.hasTeacher(of: group)
          }
        }, withGradient)
      + against(bases, groups.filter { $0.subject.guidance?.variant != nil })
      + against({ _ in alone }, plain.filter { !$0.subject.learnsAlone })
  }

  /// Differences of the last epoch's results, first minus second, percentage points.
  static func all(of groups: [RecordGroup]) -> [PairedDifference] {
    let settings = Dictionary(grouping: groups, by: \.setting).sorted { $0.key < $1.key }
    return settings.flatMap { setting, groups in
      pairs(groups).compactMap { first, second in
        let (left, right) = (first.results, second.results)
        let seeds = left.keys.filter { right[$0] != nil }.sorted()
        guard !seeds.isEmpty else { return nil }
        return PairedDifference(
          setting: setting, first: first.method, second: second.method, seeds: seeds,
          sample: Sample(seeds.map { left[$0, default: 0] - right[$0, default: 0] }))
      }
    }
  }
}

extension RecordGroup {
  /// Results by seed.
  fileprivate var results: [UInt64: Double] {
    let pairs = records.compactMap { record in record.result.map { (record.rootSeed, $0) } }
    return Dictionary(pairs) { first, _ in first }
  }

  /// Whether both learnt from the same checkpoint.
  fileprivate func hasTeacher(of other: RecordGroup) -> Bool {
    records.first?.teacher?.checkpointHash == other.records.first?.teacher?.checkpointHash
  }
}
