public import Distillation
import Foundation
import Measuring
public import UserErrors

/// What a user asked for, read from text and checked.
public struct TableRequest: Sendable {
  /// Rows, columns, repetitions and recipe.
  public var selection: TablePlan.Selection

  /// Reads lists that are separated by commas. Methods may be `paper` or `all`, variants `all`; nil seeds are
  /// the budget's.
  public init(
    task: VisionTask = .classification, settings: String, methods: String, variants: String? = nil,
    seeds: String?,
    trainingProtocol: TrainingProtocol, budget: Budget, teacher: String? = nil,
    backbones: [String] = []
  ) throws {
    var rows: [Setting] = []
    let names =
      settings == "all" ? Setting.all(task).map(\.id) : try Self.list(settings, "setting")
    for id in names { rows.append(try Setting(id, task)) }
    var numbers = budget.defaultSeeds
    if let seeds {
      numbers = []
      for text in try Self.list(seeds, "seed") {
        guard let number = UInt64(text), number <= UInt64(Int.max) else {
          throw UsageError("\"\(text)\" is no seed; a seed is a whole number from 0 to \(Int.max)")
        }
        numbers.append(number)
      }
    }
    selection = TablePlan.Selection(
      settings: rows, methods: try Self.methods(methods, task), seeds: numbers,
      trainingProtocol: trainingProtocol, budget: budget)
    if let variants { selection.variants = try Self.variants(variants) }
    if let teacher { selection.teacherFile = try Self.teacher(teacher) }
    for text in backbones { selection.backbones.append(try BackboneFile(text, task)) }
  }

  /// Chooses the pairs of taps of the Lipschitz term, and its share of the loss instead of a tuned one or the setting's.
  public mutating func setLipschitzTerm(pairs: TapPairing, share: Double?) throws(UsageError) {
    if let share, !(share > 0 && share < 1) {
      throw UsageError("the share of the Lipschitz term lies between 0 and 1, not at \(share)")
    }
    selection.pairing = pairs
    selection.lipschitzShare = share
  }

  private static func methods(_ text: String, _ task: VisionTask) throws(UsageError) -> [Method] {
    switch (text, task) {
    case ("all", .classification): return Method.all
    case ("paper", _), ("all", _): return Method.ofPaper(task)
    default:
      var columns: [Method] = []
      for name in try list(text, "method") {
        let method = try Method(named: name)
        guard !method.usesTeacher || method.details(for: task) != nil else {
          throw UsageError(
            "method \(method) is not made for \(task.rawValue); made for it are "
              + Method.ofPaper(task).map(\.description).joined(separator: ", "))
        }
        columns.append(method)
      }
      return columns
    }
  }

  private static func variants(_ text: String) throws(UsageError) -> [LipschitzVariant]? {
    guard text != "all" else { return nil }
    var variants: [LipschitzVariant] = []
    for name in try list(text, "variant") { variants.append(try LipschitzVariant(name)) }
    return variants
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
