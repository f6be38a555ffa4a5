import JSON

extension Ledger {
  /// The ledger with full precision.
  public var json: String { JSONValue.array(findings.map(value)).indented }

  private func value(_ finding: Finding) -> JSONValue {
    let claim = finding.claim
    var members: [String: JSONValue] = [
      "id": .string(claim.id), "claim": .string(claim.statement), "source": .string(claim.source),
      "rule": .string(claim.rule(margin: margin(claim))), "table": .string(claim.table),
      "setting": finding.setting.map { .string($0) } ?? .null,
      "verdict": .string(finding.verdict.name),
      "estimate": .number(orNull: finding.estimate),
      "interval_95_t": .interval(finding.interval), "n": .integer(finding.count),
      "teachers": .integer(finding.teachers),
      "evidence": finding.place.map { .string($0) } ?? .null,
      "budget": finding.budget.map { .string($0) } ?? .null,
      "remark": finding.remark.map { .string($0) } ?? .null,
      "command": finding.setting.map { .string(claim.command($0)) } ?? .null,
      "operations": .number(orNull: finding.verdict == .notRun ? finding.cost : nil),
      "margin": .number(margin(claim)),
    ]
    switch finding.verdict {
    case .undecided(let blocks):
      members["blocks_to_decide"] = blocks.map { .integer($0) } ?? .null
    case .waiting(let blocks): members["judged_next_with_blocks"] = .integer(blocks)
    default: break
    }
    return .object(members)
  }
}
