public import Distillation
import Foundation
import Measuring
public import UserErrors

/// What a user asked for, read from text and checked.
public struct TableRequest: Sendable {
  /// Rows, columns, repetitions and recipe.
  public var selection: TablePlan.Selection

  /// Reads lists that are separated by commas; nil is what the table or the budget usually has. Settings and variants may be
  /// `all`, methods `paper` or `all`. Throws for what the table does not have.
  public init(
    _ table: PaperTable, settings: String? = nil, methods: String? = nil,
    variants: String? = nil, seeds: String? = nil, teacherSeeds: String? = nil,
    trainingProtocol: TrainingProtocol,
    budget: Budget, changes: BudgetChanges = .init(), teacher: String? = nil,
    backbones: [String] = []
  ) throws {
    guard table.hasRuns else {
      throw UsageError("\(table.id) counts networks and needs no runs; ask for another table")
    }
    var rows = table.usualSettings
    if let settings {
      rows =
        settings == "all"
        ? table.settings : try Self.list(settings, "setting").map { try table.setting($0) }
    }
    let budget = try table.recipe.resolved(budget, changes, for: table.settings)
    let numbers = try seeds.map { try Self.seeds($0, "seed") } ?? budget.defaultSeeds
    selection = TablePlan.Selection(
      table: table, settings: rows, methods: try Self.methods(methods, table), seeds: numbers,
      trainingProtocol: trainingProtocol, budget: budget)
    selection.variants = try Self.variants(variants, table)
    if let teacher {
      guard teacherSeeds == nil else {
        throw UsageError("a teacher from a file has no seeds: leave out --teacher-seeds")
      }
      selection.teacherFile = try Self.teacher(teacher)
    } else {
      selection.teacherSeeds =
        try teacherSeeds.map { try Self.seeds($0, "teacher's seed") } ?? budget.defaultTeacherSeeds
    }
    for text in backbones {
      let file = try BackboneFile(text, of: table.settings)
      guard !selection.backbones.contains(where: { $0.backbone == file.backbone }) else {
        throw UsageError("--backbone names \(file.backbone) twice: choose one file")
      }
      selection.backbones.append(file)
    }
  }

  /// Chooses the pairs of taps of the Lipschitz term, and its share of the loss instead of a tuned one or the setting's.
  public mutating func setLipschitzTerm(pairs: TapPairing?, share: Double?) throws(UsageError) {
    guard selection.table.choosesTerm || pairs == nil && share == nil else {
      throw UsageError(
        "the pairs of the Lipschitz term and its share cannot be chosen in \(selection.table.id)")
    }
    if let share, !(share > 0 && share < 1) {
      throw UsageError("the share of the Lipschitz term lies between 0 and 1, not at \(share)")
    }
    if let pairs { selection.pairing = pairs }
    selection.lipschitzShare = share
  }

  /// Takes larger batches in parts of at most so many images; nil takes them whole.
  public mutating func setImagesAtOnce(_ count: Int?) throws(UsageError) {
    if let count, count < 2 {
      throw UsageError("a part of a batch has two images at least, for the norms, not \(count)")
    }
    selection.imagesAtOnce = count
  }

  private static func methods(_ text: String?, _ table: PaperTable) throws(UsageError) -> [Method] {
    let task = table.recipe.task
    if let fixed = table.fixedMethods {
      guard text == nil else {
        throw UsageError(
          "the methods of \(table.id) cannot be chosen: they are "
            + fixed.map(\.description).joined(separator: ", "))
      }
      return fixed
    }
    switch text {
    case "all": return Method.all.filter { $0.isMade(for: task) }
    case "paper", nil: return table.paperMethods ?? Method.ofPaper(task)
    case .some(let text):
      var columns: [Method] = []
      for name in try list(text, "method") {
        let method = try Method(named: name)
        guard method.isMade(for: task) else {
          throw UsageError(
            "method \(method) is not made for \(task.id); made for it are "
              + Method.ofPaper(task).map(\.description).joined(separator: ", "))
        }
        columns.append(method)
      }
      return columns
    }
  }

  /// The variants of a table's rows, nil for all of them; none where the table has none.
  private static func variants(_ text: String?, _ table: PaperTable) throws(UsageError)
    -> [LipschitzVariant]?
  {
    guard table.hasVariants else {
      guard text == nil else { throw UsageError("--variants does not go with \(table.id)") }
      return []
    }
    guard let text, text != "all" else { return nil }
    var variants: [LipschitzVariant] = []
    for name in try list(text, "variant") { variants.append(try LipschitzVariant(name)) }
    return variants
  }

  /// Reads a list of seeds, each of which is named once.
  static func seeds(_ text: String, _ what: String) throws(UsageError) -> [UInt64] {
    var numbers: [UInt64] = []
    for text in try list(text, what) {
      guard let number = UInt64(text), number <= UInt64(Int.max) else {
        throw UsageError("\"\(text)\" is no seed; a seed is a whole number from 0 to \(Int.max)")
      }
      numbers.append(number)
    }
    return numbers
  }

  private static func teacher(_ path: String) throws -> TeacherFile {
    let url = URL(fileURLWithPath: path)
    let checkpoint = try ModelCheckpoint(contentsOf: url)
    return TeacherFile(url: url, sha256: checkpoint.sha256, network: checkpoint.architecture)
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
