public import Statistics

/// What the runs at hand say of a claim in one setting.
public struct Finding: Sendable {
  /// The claim.
  public let claim: Claim
  /// The setting; nil for all of them together.
  public let setting: String?
  /// What is said.
  public var verdict: Verdict
  /// By how much the claim holds, points: positive where it does; of several contrasts the worst.
  public var estimate: Double?
  /// Of the estimate, 95 %, by Student's t; unadjusted.
  public var interval: Interval?
  /// Blocks.
  public var count = 0
  /// Checkpoints of teachers behind them.
  public var teachers = 0
  /// Where the runs stand: protocol, budget and data, as on the table's page.
  public var place: String?
  /// The budget of the runs.
  public var budget: String?
  /// What else must be said: the rule that withheld it, the rival, the heterogeneity.
  public var remark: String?
  /// Operations of what is still to be run, where that is known.
  public var cost: Double?

  init(_ claim: Claim, _ setting: String?, _ verdict: Verdict) {
    self.claim = claim
    self.setting = setting
    self.verdict = verdict
  }
}
