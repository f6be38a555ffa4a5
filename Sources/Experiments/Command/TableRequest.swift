/// What a user asked for, read from text and checked.
public struct TableRequest: Sendable {
  /// Name of the table.
  public let table: String
  /// Rows, columns, repetitions and recipe.
  public let selection: TablePlan.Selection

  /// Reads lists that are separated by commas; nil seeds are the budget's.
  public init(
    table: String, settings: String, methods: String, seeds: String?, trainingProtocol: String,
    budget: String
  ) throws(UsageError) {
    self.table = table
    guard let budget = Budget(rawValue: budget) else {
      throw UsageError("there is no budget \"\(budget)\"; known are full, reduced, smoke")
    }
    guard let trainingProtocol = TrainingProtocol(rawValue: trainingProtocol) else {
      throw UsageError("there is no protocol \"\(trainingProtocol)\"; known are released, equal")
    }
    var rows: [Setting] = []
    for id in try Self.list(settings, "setting") { rows.append(try Setting(id)) }
    var columns: [Method] = []
    for name in try Self.list(methods, "method") { columns.append(try Method(named: name)) }
    if trainingProtocol == .released, let foreign = columns.first(where: { !$0.hasReleasedRecipe })
    {
      throw UsageError(
        "the authors' own recipe of \(foreign.rawValue) is not known here; use --protocol equal")
    }
    var numbers = budget.defaultSeeds
    if let seeds {
      numbers = []
      for text in try Self.list(seeds, "seed") {
        guard let number = UInt64(text), number <= UInt64(Int.max) else {
          throw UsageError("\"\(text)\" is no seed; a seed is a whole number, not negative")
        }
        numbers.append(number)
      }
    }
    selection = TablePlan.Selection(
      settings: rows, methods: columns, seeds: numbers, trainingProtocol: trainingProtocol,
      budget: budget)
  }

  private static func list(_ text: String, _ what: String) throws(UsageError) -> [String] {
    let items = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard !items.contains("") else {
      throw UsageError("the list of \(what)s \"\(text)\" has a gap")
    }
    if let twice = items.enumerated().first(where: { items[..<$0].contains($1) })?.element {
      throw UsageError("\(what) \"\(twice)\" is named twice")
    }
    return items
  }
}
