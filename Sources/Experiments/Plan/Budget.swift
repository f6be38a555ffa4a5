public import ModelZoo

/// How much of the paper's recipe is run: a named value. It starts from one of the usual budgets, for which every table says
/// what it makes of its recipe, and may change parts of it.
public struct Budget: Hashable, Sendable {
  /// The usual budgets.
  public enum Base: String, Hashable, Sendable, CaseIterable {
    /// The paper's epochs, data and networks.
    case full
    /// All real images at a smaller side, smaller networks, and a short schedule to its end, for which one machine has the
    /// hours: teachers are better than their students, and blocks are many.
    case compact
    /// Fewer epochs and narrower networks; the photos of VOC are synthetic where none are named.
    case reduced
    /// Synthetic data and the smallest networks: shows that everything works, says nothing about methods.
    case smoke

    /// What its runs can show and what they cannot; nil for the paper's recipe.
    var limit: String? {
      switch self {
      case .full: nil
      case .compact:
        "All images at a smaller side, smaller networks, a short schedule to its end: it shows which methods help "
          + "there. Networks, images and schedules of the paper's size may order methods otherwise."
      case .reduced:
        "It shows in which order methods start on few images. It cannot show converged errors, an order that "
          + "depends on a long schedule, or differences smaller than the spread over seeds."
      case .smoke: "It shows that everything works and says nothing about methods."
      }
    }

    /// Whether its runs can decide a claim: all real images, and a schedule to its end.
    public var canDecide: Bool { self == .full || self == .compact }
  }

  /// Where it starts from.
  public let base: Base
  /// Name in commands, records and folders.
  public private(set) var name: String
  /// What it has otherwise than its base.
  public private(set) var changes: BudgetChanges

  /// The paper's recipe.
  public static let full = Budget(.full)
  /// The smallest recipe whose results decide something.
  public static let compact = Budget(.compact)
  /// A short start.
  public static let reduced = Budget(.reduced)
  /// Seconds on synthetic data.
  public static let smoke = Budget(.smoke)

  /// A usual budget.
  public init(_ base: Base) { self.init(base, name: base.rawValue) }

  /// A named budget with changes of a usual one.
  init(_ base: Base, name: String, changes: BudgetChanges = .init()) {
    self.base = base
    self.name = name
    self.changes = changes
  }

  /// The budget with further changes, which its name then tells.
  func changed(by further: BudgetChanges) -> Budget {
    var budget = self
    budget.changes.take(further)
    let words = further.words
    if !words.isEmpty { budget.name += "+" + words.joined(separator: "+") }
    return budget
  }

  /// Whether the images are synthetic.
  public var isSynthetic: Bool { base == .smoke }

  /// Seeds that run when none are named.
  public var defaultSeeds: [UInt64] {
    if let seeds = changes.seeds { return seeds }
    return switch base {
    case .full: [0, 1, 2, 3, 4]
    case .compact: [0, 1, 2]
    case .reduced: [0, 1]
    case .smoke: [0]
    }
  }

  /// Seeds of the teachers that teach every student, when none are named.
  public var defaultTeacherSeeds: [UInt64] {
    changes.teacherSeeds ?? (base == .compact ? [0, 1] : [0])
  }

  /// The network that stands for one of the paper.
  public func network(for architecture: Architecture) -> Architecture {
    if let replaced = changes.networks[architecture] { return replaced }
    return switch base {
    case .full: architecture
    case .compact: architecture.compact
    case .reduced: architecture.reduced
    case .smoke: architecture.smallest
    }
  }

  /// Seconds of wall time between two resume checkpoints inside an epoch.
  var checkpointSeconds: Double { base == .full ? 300 : 60 }
}
