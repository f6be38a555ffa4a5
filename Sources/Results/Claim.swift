/// A sentence of the paper, or about it, with the runs that test it and the rule that decides.
public struct Claim: Sendable {
  /// The rows of a setting that a claim speaks of.
  public enum Rows: Hashable, Sendable {
    /// A method as it stands in a table.
    case method(String)
    /// Every method with a teacher but these.
    case others(than: Set<String>)
    /// The Lipschitz term with a set share of the loss above a bound.
    case sharesAbove(Double)
    /// With a set share up to a bound.
    case sharesUpTo(Double)
  }

  /// What decides.
  public enum Test: Hashable, Sendable {
    /// The first rows are better than the second, in every pair of them; paired over blocks.
    case better(Rows, than: Rows, by: RunStatistic)
    /// Over the methods of a block, a smaller number goes with a better result.
    case related(RunStatistic)
    /// Two methods give the same numbers in every epoch of every block.
    case same(String, String)
    /// The results of a method's trials lie further apart than so many points.
    case widerTuning(of: String, than: Double)
  }

  /// Name.
  public let id: String
  /// What is claimed, in our words.
  public let statement: String
  /// Who says so, and how well that is known.
  public let source: String
  /// Where the runs are: the table, and the settings of which each is judged alone.
  public let table: String
  /// The settings.
  public let settings: [String]
  /// What decides.
  public let test: Test
  /// The command that makes the runs of a setting.
  public let command: @Sendable (String) -> String
  /// What those runs cost, operations; nil where nobody has counted.
  public let cost: @Sendable (String) -> Double?

  /// Makes a claim.
  public init(
    _ id: String, _ statement: String, source: String, table: String, settings: [String],
    test: Test, command: @escaping @Sendable (String) -> String,
    cost: @escaping @Sendable (String) -> Double? = { _ in nil }
  ) {
    self.id = id
    self.statement = statement
    self.source = source
    self.table = table
    self.settings = settings
    self.test = test
    self.command = command
    self.cost = cost
  }

  /// Whether its estimate is a difference of results in points.
  var isInPoints: Bool {
    switch test {
    case .better(_, _, let statistic):
      statistic != .constantDistance && statistic != .connectedDistance
    case .widerTuning: true
    case .related, .same: false
    }
  }

  /// The margin of equivalence where differences of results up to `points` do not count.
  func margin(points: Double) -> Double { isInPoints ? points : Self.distanceMargin }

  /// Distances of constants are shares of the teacher's.
  private static let distanceMargin = 0.05

  /// The rule of decision in words; `margin` in points.
  public func rule(margin: Double) -> String {
    let tests =
      "over at least \(Withholding.fewestBlocks) blocks (teacher x seed) by Student's t, p ≤ 0.05, adjusted by Holm's rule "
      + "unless it is the primary contrast, whose looks share the level; equivalent by two one-sided tests within ± \(margin)"
      + (isInPoints ? " points" : " of the teacher's")
    switch test {
    case .better(let first, let second, let statistic):
      return "paired differences of the \(statistic.title), \(first.words) and \(second.words), "
        + tests + (second.isSeveral ? "; against every one of them" : "")
    case .related(let statistic):
      return
        "in every block the rank correlation over methods of the \(statistic.title) with how bad the result is; the mean "
        + "of its Fisher transforms over at least \(Withholding.fewestBlocks) blocks by Student's t, p ≤ 0.05, not adjusted"
    case .same(let first, let second):
      return "\(first) and \(second) have equal numbers in every epoch of every block"
    case .widerTuning(let method, let points):
      return
        "the weights of \(method)'s trials that are best and worst on held-out images, of at least three, lie more than "
        + "\(points) points apart over at least \(Withholding.fewestBlocks) seeds for each, by Student's t, p ≤ 0.05 divided "
        + "by the pairs of weights"
    }
  }
}

extension Claim.Rows {
  var words: String {
    switch self {
    case .method(let name): name
    case .others(let names): "every method but \(names.sorted().joined(separator: ", "))"
    case .sharesAbove(let bound): "shares above \(bound)"
    case .sharesUpTo(let bound): "shares up to \(bound)"
    }
  }

  var isSeveral: Bool { if case .others = self { true } else { false } }

  /// The rows of a setting, those of a method by how many runs they have: of several the first one speaks.
  func groups(of all: [RecordGroup]) -> [RecordGroup] {
    let students = all.filter { $0.subject.role == .student && $0.subject.trial == nil }
    switch self {
    case .method(let name):
      let rows = students.filter { $0.subject.isPlain && $0.subject.method == name }
      return rows.max { left, right in
        (left.records.count, right.method) < (right.records.count, left.method)
      }.map { [$0] } ?? []
    case .others(let names):
      let known = Set(students.filter(\.subject.isPlain).compactMap(\.subject.method))
      return known.subtracting(names).sorted().flatMap {
        Claim.Rows.method($0).groups(of: all)
      }.filter { !$0.learnsAlone }
    case .sharesAbove(let bound):
      return students.filter { group in group.setShare.map { $0 > bound } ?? false }
    case .sharesUpTo(let bound):
      return students.filter { group in group.setShare.map { $0 <= bound } ?? false }
    }
  }
}

extension RecordGroup {
  /// The share of the loss that an ablation sets.
  fileprivate var setShare: Double? {
    subject.hasPaperTerm && subject.guidance?.variant?.parameter == "share"
      ? subject.weights.share : nil
  }
}
