import Foundation
import Statistics

/// What there is for a claim in one setting.
struct Evidence {
  let claim: Claim
  let setting: String
  let section: Report.Section?
  let isDecisive: Bool
  let contrasts: [Contrast]
}

/// Finds the runs of a claim and says what they say.
struct Judge {
  let reports: [Report]
  let decisive: [String]

  /// The contrasts of a claim in the best section that has any of its rows.
  func evidence(_ claim: Claim, _ setting: String) -> Evidence {
    let sections = reports.filter { $0.table.id == claim.table }.flatMap(\.sections)
    let found = sections.map { section in
      (section: section, contrasts: contrasts(claim, setting, section))
    }.filter { has(claim, setting, $0.section, $0.contrasts) }
    // The paper's own recipe first, then the budgets that can decide, then the rest; of equals the one with most blocks.
    func rank(_ one: (section: Report.Section, contrasts: [Contrast])) -> [Int] {
      [
        one.section.isComparable ? 0 : 1,
        decisive.firstIndex(of: one.section.budget) ?? decisive.count,
        -(one.contrasts.map(\.blocks.count).min() ?? 0),
      ]
    }
    let best = found.enumerated().min { left, right in
      (rank(left.element) + [left.offset]).lexicographicallyPrecedes(
        rank(right.element) + [right.offset])
    }?.element
    let isDecisive = best.map { decisive.contains($0.section.budget) } ?? false
    return Evidence(
      claim: claim, setting: setting, section: best?.section, isDecisive: isDecisive,
      contrasts: isDecisive ? best?.contrasts ?? [] : [])
  }

  private func contrasts(_ claim: Claim, _ setting: String, _ section: Report.Section) -> [Contrast]
  {
    guard case .better(let first, let second, let statistic) = claim.test else { return [] }
    let groups = section.groups.filter { $0.setting == setting }
    return first.groups(of: groups).flatMap { one in
      second.groups(of: groups).filter { $0.method != one.method }.map {
        Contrast(one, $0, by: statistic, among: groups)
      }
    }.filter { !$0.blocks.isEmpty }
  }

  private func has(
    _ claim: Claim, _ setting: String, _ section: Report.Section, _ contrasts: [Contrast]
  ) -> Bool {
    let groups = section.groups.filter { $0.setting == setting }
    switch claim.test {
    case .better: return !contrasts.isEmpty
    case .same(let first, let second):
      return [first, second].allSatisfy { name in
        Claim.Rows.method(name).groups(of: groups).contains { !$0.records.isEmpty }
      }
    case .related(let statistic): return !correlations(statistic, groups).isEmpty
    case .widerTuning(let method, _): return trials(of: method, groups).count > 1
    }
  }

  /// A trial of one weight with one seed.
  private typealias Trial = (seed: UInt64, result: Double)

  /// The trials of a method's weights, in order.
  private func trials(of method: String, _ groups: [RecordGroup]) -> [[Trial]] {
    // Those that differ in nothing but the weight; of several such sets the largest.
    let own = groups.filter { $0.subject.method == method && $0.subject.trial?.term == .loss }
      .flatMap(\.records)
    let sets = Dictionary(grouping: own) { TrialChoice.Choice.Place($0) }
      .sorted { $0.key.order.lexicographicallyPrecedes($1.key.order) }.map(\.value)
    guard let largest = sets.max(by: { $0.count < $1.count }) else { return [] }
    let byWeight = Dictionary(grouping: largest) { $0.subject.trial?.weight ?? 0 }
    let trials = byWeight.sorted { $0.key < $1.key }.map { _, records -> [Trial] in
      records.compactMap { one in one.result.map { (one.rootSeed, $0) } }
        .sorted { $0.seed < $1.seed }
    }
    return trials.filter { !$0.isEmpty }
  }

  /// Whether the best and the worst weight lie further apart than so many points, and than chance puts them.
  private func judge(
    _ trials: [[Trial]], wider points: Double, _ finding: inout Finding
  ) {
    func mean(_ trial: [Trial]) -> Double {
      Sample(trial.map(\.result)).mean ?? 0
    }
    guard trials.count >= 3, let least = trials.min(by: { mean($0) < mean($1) }),
      let most = trials.max(by: { mean($0) < mean($1) })
    else {
      finding.verdict = .undecided(blocks: nil)
      finding.remark = "fewer than three weights"
      return
    }
    let beyond = PairedDifferences(
      differences: least.compactMap { best in
        most.first { $0.seed == best.seed }.map { $0.result - best.result - points }
      })
    finding.count = beyond.differences.count
    finding.estimate = beyond.differences.mean
    finding.interval = beyond.interval()
    guard finding.count >= Withholding.fewestBlocks, let mean = beyond.differences.mean,
      let p = beyond.pValue
    else {
      // `tune` tries every weight once: more of the same would decide nothing.
      finding.verdict = .undecided(blocks: nil)
      finding.remark =
        "\(trials.count) weights with too few seeds for each: chance may put equal ones as far apart"
      return
    }
    // Best and worst were looked for among all pairs.
    let pairs = Double(trials.count * (trials.count - 1) / 2)
    if p * pairs <= JudgedContrast.level {
      finding.verdict = mean > 0 ? .reproduced : .refuted
    } else {
      finding.verdict = .undecided(
        blocks: beyond.blocksToDecide(confidence: 1 - JudgedContrast.level / pairs))
    }
  }

  func finding(_ evidence: Evidence, _ tests: [JudgedContrast]) -> Finding {
    let claim = evidence.claim
    var finding = Finding(claim, evidence.setting, .notRun)
    guard let section = evidence.section else {
      finding.cost = claim.cost(evidence.setting)
      return finding
    }
    finding.place = Report.heading(section)
    finding.budget = section.budget
    guard evidence.isDecisive else {
      finding.verdict = .notComparable
      finding.remark = "runs of budget \(section.budget) alone, which cannot decide"
      return finding
    }
    let groups = section.groups.filter { $0.setting == evidence.setting }
    switch claim.test {
    case .better: judge(tests, &finding)
    case .related(let statistic): relate(statistic, groups, &finding)
    case .same(let first, let second): compare(first, second, groups, &finding)
    case .widerTuning(let method, let points):
      judge(trials(of: method, groups), wider: points, &finding)
    }
    return finding
  }

  private func margin(_ claim: Claim) -> Double {
    claim.margin(
      points: reports.first { $0.table.id == claim.table }?.table.margin
        ?? TableDescription.usualMargin)
  }

  /// The worst of the contrasts speaks; one that is withheld leaves the claim open.
  private func judge(_ tests: [JudgedContrast], _ finding: inout Finding) {
    let claim = finding.claim
    finding.count = tests.map(\.contrast.blocks.count).min() ?? 0
    finding.teachers = tests.map(\.contrast.teachers.count).min() ?? 0
    if let held = tests.first(where: { $0.contrast.withheld != nil }) {
      finding.verdict = .undecided(
        blocks: tests.allSatisfy(\.contrast.isShort) ? Withholding.fewestBlocks : nil)
      finding.remark =
        "\(held.contrast.first.method) − \(held.contrast.second.method) \(held.contrast.withheld?.sentence ?? "")"
      return
    }
    let verdicts = tests.map { $0.verdict(margin: margin(claim)) }
    let worst = tests.enumerated().min { left, right in
      let means = [left, right].map { $0.element.contrast.gain.differences.mean ?? 0 }
      return (means[0], left.offset) < (means[1], right.offset)
    }
    finding.estimate = worst?.element.contrast.gain.differences.mean
    finding.interval = worst?.element.contrast.gain.interval()
    if !claim.isInPoints { finding.remark = "a share of the teacher's constants, not points" }
    if tests.count > 1, let rival = worst?.element.contrast {
      finding.remark =
        "the worst of \(tests.count) contrasts: \(rival.first.method) and \(rival.second.method)"
    }
    if verdicts.contains(.refuted) {
      finding.verdict = .refuted
    } else if verdicts.allSatisfy({ $0 == .reproduced }) {
      finding.verdict = .reproduced
    } else if verdicts.allSatisfy({ $0 == .equivalent }) {
      finding.verdict = .equivalent
    } else if verdicts.count == 1 {
      finding.verdict = verdicts[0]
    } else {
      let needed = verdicts.compactMap {
        if case .undecided(let blocks) = $0 { blocks } else { nil }
      }
      finding.verdict = .undecided(blocks: needed.max())
    }
  }

  /// Methods below which a correlation over them says nothing.
  private static let fewestMethods = 4

  /// For every block the rank correlation, over methods with a teacher, of a number with how bad the result is.
  private func correlations(_ statistic: RunStatistic, _ groups: [RecordGroup]) -> [Block: Double] {
    let rows = groups.filter {
      $0.subject.role == .student && $0.subject.isPlain && !$0.learnsAlone
    }.map { group in
      (
        numbers: group.values(statistic, bySeed: false),
        results: group.values(.result, bySeed: false),
        sign: group.records.first?.metrics.main.isError ?? true ? 1.0 : -1.0
      )
    }
    var found: [Block: Double] = [:]
    for block in Set(rows.flatMap(\.numbers.keys)) {
      let pairs = rows.compactMap { row in
        row.numbers[block].flatMap { one in row.results[block].map { (one, row.sign * $0) } }
      }
      guard pairs.count >= Self.fewestMethods else { continue }
      found[block] = Correlation.ofRanks(pairs.map(\.0), pairs.map(\.1))
    }
    return found
  }

  private func relate(_ statistic: RunStatistic, _ groups: [RecordGroup], _ finding: inout Finding)
  {
    let found = correlations(statistic, groups).sorted { $0.key < $1.key }
    // Ranks of few methods can agree to the full, whose transform is infinite.
    let transforms = PairedDifferences(
      differences: found.map { atanh(min(max($0.value, -0.999), 0.999)) })
    finding.count = found.count
    finding.teachers = Set(found.map(\.key.teacher)).count
    guard found.count >= Withholding.fewestBlocks, let mean = transforms.differences.mean else {
      finding.verdict = .undecided(blocks: Withholding.fewestBlocks)
      return
    }
    finding.estimate = tanh(mean)
    finding.interval = transforms.interval().map { Interval(tanh($0.lower), tanh($0.upper)) }
    finding.remark = "a rank correlation, not points"
    if let p = transforms.pValue, p > JudgedContrast.level {
      finding.verdict = .undecided(blocks: transforms.blocksToDecide())
    } else {
      finding.verdict = mean > 0 ? .reproduced : .refuted
    }
  }

  /// Whether two methods have the same numbers, epoch by epoch.
  private func compare(
    _ first: String, _ second: String, _ groups: [RecordGroup], _ finding: inout Finding
  ) {
    let rows = [first, second].map { name in
      Dictionary(
        Claim.Rows.method(name).groups(of: groups).flatMap(\.records).map { ($0.block, $0) }
      ) { left, _ in left }
    }
    let pairs = rows[0].keys.sorted().compactMap { block in
      rows[0][block].flatMap { one in rows[1][block].map { (one, $0) } }
    }
    finding.count = pairs.count
    finding.teachers = Set(pairs.compactMap { $0.0.teacher?.checkpointHash }).count
    guard !pairs.isEmpty else {
      finding.verdict = .undecided(blocks: 1)
      finding.remark = "no block has both"
      return
    }
    // What only one of them has says nothing.
    func differ<Value: Equatable>(_ one: Value?, _ other: Value?) -> Bool {
      one.flatMap { own in other.map { own != $0 } } ?? false
    }
    let unlike = pairs.count { one, other in
      one.epochs.map(\.measures) != other.epochs.map(\.measures)
        || zip(one.epochs, other.epochs).contains {
          differ($0.trainingMeasures, $1.trainingMeasures)
        }
        || differ(one.evaluation?.predictions, other.evaluation?.predictions)
    }
    finding.verdict = unlike == 0 ? .reproduced : .refuted
    finding.estimate = unlike == 0 ? 0 : nil
    finding.remark =
      unlike == 0
      ? "equal in every epoch of all \(pairs.count) blocks"
      : "unlike in \(unlike) of \(pairs.count) blocks"
  }

  /// All settings together, where two or more have a difference of one pair of rows.
  func pooled(_ claim: Claim, _ evidence: [Evidence]) -> Finding? {
    let single = evidence.filter { $0.contrasts.count == 1 && $0.contrasts[0].withheld == nil }
    // Of one protocol, budget and data set alone: that of most settings.
    let places = Dictionary(grouping: single) { $0.section.map(Report.heading) ?? "" }
    let most = places.min { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    guard let most else { return nil }
    let contrasts = most.value.flatMap(\.contrasts)
    guard let effects = RandomEffects(of: contrasts.map(\.gain)) else { return nil }
    var finding = Finding(claim, nil, .undecided(blocks: nil))
    finding.estimate = effects.estimate
    finding.interval = effects.interval()
    finding.count = contrasts.reduce(0) { $0 + $1.blocks.count }
    finding.teachers = contrasts.reduce(into: Set<String>()) { $0.formUnion($1.teachers) }.count
    finding.place = most.key
    finding.budget = most.value.first?.section?.budget
    finding.remark =
      "random effects over \(contrasts.count) settings, I² "
      + "\(Int((100 * effects.inconsistency).rounded())) %; not adjusted"
    let margin = margin(claim)
    let inner = effects.interval(confidence: 0.9)
    if effects.interval().lower > 0 {
      finding.verdict = .reproduced
    } else if effects.interval().upper < 0 {
      finding.verdict = .refuted
    } else if inner.lower > -margin && inner.upper < margin {
      finding.verdict = .equivalent
    }
    return finding
  }
}

extension Contrast {
  /// Whether it lacks nothing but blocks.
  fileprivate var isShort: Bool { if case .fewBlocks? = withheld { true } else { false } }
}
