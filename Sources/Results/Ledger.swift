import Statistics

/// Every claim with its verdict: a pure function of records.
public struct Ledger: Sendable {
  /// Claims in their order, each with its settings and, where several were run, all of them together.
  public let findings: [Finding]
  /// Operations per second over the records of decisive budgets that tell of both; nil without any.
  public let operationsPerSecond: Double?

  let margins: [String: Double]
  let primaries: [TableDescription.Primary]

  /// Judges `claims` by reports of their tables. `decisive` are the budgets whose runs can decide, the best first.
  public init(_ claims: [Claim], reports: [Report], records: [RunRecord], decisive: [String]) {
    margins = Dictionary(uniqueKeysWithValues: reports.map { ($0.table.id, $0.table.margin) })
    primaries = reports.compactMap(\.table.primary)
    let timed = records.filter {
      decisive.contains($0.budget) && $0.operations != nil && $0.wallSeconds > 0
    }
    let seconds = timed.map(\.wallSeconds).sorted().reduce(0, +)
    operationsPerSecond =
      seconds > 0 ? timed.compactMap(\.operations).sorted().reduce(0, +) / seconds : nil
    let judge = Judge(reports: reports, decisive: decisive)
    let contrasts = claims.map { claim in claim.settings.map { judge.evidence(claim, $0) } }
    // One family over all claims: everything that is tested, but the primary contrast.
    let all = contrasts.flatMap { $0 }.flatMap(\.contrasts)
    var judged = JudgedContrast.family(all) { contrast in
      guard contrast.statistic == .result else { return nil }
      return reports.lazy.compactMap(\.table.primary).first { $0.matches(contrast) }
    }[...]
    findings = zip(claims, contrasts).flatMap { claim, evidence -> [Finding] in
      let own = evidence.map { one -> Finding in
        let tests = Array(judged.prefix(one.contrasts.count))
        judged = judged.dropFirst(one.contrasts.count)
        return judge.finding(one, tests)
      }
      return own + [judge.pooled(claim, evidence)].compactMap { $0 }
    }
  }

  /// The margin of equivalence of a claim's table, points.
  func margin(_ claim: Claim) -> Double {
    claim.margin(points: margins[claim.table] ?? TableDescription.usualMargin)
  }
}
