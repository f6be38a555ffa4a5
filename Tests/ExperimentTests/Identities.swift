import DurableFiles
import Experiments
import Foundation

/// What every planned run of the suite is called and how it says that it departs from the paper's recipe.
struct Identities: Codable, Equatable {
  /// Sentences by the first digits of their digests.
  var deviations: [String: String] = [:]
  /// First digits of a run's identity, and those of its deviations in order, by the run's name.
  var runs: [String: String] = [:]

  /// Plans every table, setting, method, protocol and budget, on data of fixed digests.
  static func planned() throws -> Identities {
    var identities = Identities()
    for table in PaperTable.all where table.hasTrials {
      for setting in table.settings {
        for trainingProtocol in TrainingProtocol.allCases {
          for budget in setting.recipe.budgets {
            try identities.add(setting, trainingProtocol, Budget(budget))
          }
        }
      }
    }
    return identities
  }

  private mutating func add(
    _ setting: Setting, _ trainingProtocol: TrainingProtocol, _ budget: Budget
  ) throws {
    let isClassifier = setting.task == .classification
    let isAblated = PaperTable.table6.settings.contains(setting)
    var selection = TablePlan.Selection(
      table: isAblated ? .table6 : try PaperTable(of: setting), settings: [setting],
      methods: isClassifier
        ? Method.all + [Method(.at, .differentiable)] : Method.ofPaper(setting.task),
      seeds: [0], trainingProtocol: trainingProtocol, budget: budget)
    if isAblated { selection.variants = nil }
    var data = DataReference(id: "pinned", hashes: ["train": "0123", "test": "4567"])
    data.isSynthetic = budget.isSynthetic || (budget == .reduced && !isClassifier)
    for run in TablePlan(selection, data: data).runs { add(run) }
    if trainingProtocol == .equal {
      for method in selection.methods {
        for run in Trials.first(setting, method, selection, data: data) { add(run) }
      }
    }
  }

  private mutating func add(_ run: RunPlan) {
    // A student's identity is complete with its teacher's checkpoint.
    var run = run
    if run.teacher != nil { run.teacherCheckpoint = "89ab" }
    let sentences = run.deviations.map { deviation in
      let digits = String(Digest.sha256(Data(deviation.text.utf8)).prefix(6))
      deviations[digits] = (deviation.separates ? "apart: " : "") + deviation.text
      return digits
    }
    let table = run.method == nil ? "teacher" : run.table
    let name =
      "\(table) \(run.setting.id) \(run.methodName) \(run.trainingProtocol.rawValue) \(run.budget.name)"
    runs[name] = ([String(run.hash.prefix(12))] + sentences).joined(separator: " ")
  }
}
