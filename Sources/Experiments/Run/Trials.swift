package import Foundation
import Results

/// The trials of the methods' weights on held-out images, and what they chose.
///
/// A choice is a function of table, setting, method and budget: trials have one seed, whatever seeds a table has. The
/// Lipschitz term is tried beside the weight that was chosen for the loss which it guides.
package struct Trials {
  /// The trials of the chosen settings and methods that have an end.
  package private(set) var settled: [RunPlan] = []
  /// Those that are still to be run, as far as they are known: further ones may depend on them.
  package private(set) var open: [RunPlan] = []
  /// What is chosen where all trials have an end.
  package private(set) var weights: TablePlan.Weights = [:]

  private let selection: TablePlan.Selection
  private let data: DataReference
  private let runs: URL

  private static let seed: UInt64 = 0

  /// Looks up the trials of a selection's methods under `runs`. There are none under `released`.
  package init(for selection: TablePlan.Selection, data: DataReference, runs: URL) throws {
    self.selection = selection
    self.data = data
    self.runs = runs
    guard selection.trainingProtocol == .equal else { return }
    var methods = selection.methods
    if !(selection.variants?.isEmpty ?? false) { methods.append(.london) }
    for setting in selection.settings {
      var bases: [Method] = []
      for base in methods.map({ Method($0.base) }) where !bases.contains(base) {
        bases.append(base)
        guard let details = setting.recipe.use(of: base) else { continue }
        let key = TablePlan.WeightKey(setting: setting.id, method: base)
        weights[key] = try choose(setting, base, TrialGrid(details), beside: nil)
        guard let beside = weights[key] else { continue }
        let guided = methods.filter { $0.base == base.base && $0.guidance != nil }
        guard !guided.isEmpty else { continue }
        // The term without gradient and its controls have its weight: they differ in nothing else.
        let choice = try choose(
          setting, Method(base.base, .differentiable),
          Self.lipschitzGrid(setting, selection.budget), beside: beside)
        for method in guided {
          weights[TablePlan.WeightKey(setting: setting.id, method: method)] = choice
        }
      }
    }
  }

  private static func lipschitzGrid(_ setting: Setting, _ budget: Budget) -> TrialGrid {
    let share = setting.usualShare(.equal, budget)
    return TrialGrid(
      lipschitzAround: share ?? setting.released.alpha, isShare: share != nil)
  }

  /// The best weight of a grid that was widened as long as its edge is best; nil while trials are open.
  private mutating func choose(
    _ setting: Setting, _ method: Method, _ grid: TrialGrid, beside: ChosenWeight?
  ) throws -> ChosenWeight? {
    var grid = grid
    while true {
      var results: [TrialChoice.Result] = []
      for weight in grid.weights {
        let trial = try Self.plan(setting, method, weight, beside: beside, selection, data: data)
          .withTeacher(in: runs)
        let record = try trial.record(in: runs)
        switch record?.status {
        case .finished?, .diverged?:
          let isDone = record?.status == .finished
          results.append((weight, isDone ? record?.last?.measures[setting.task.metrics.main] : nil))
          add(trial, to: \.settled)
        default: add(trial, to: \.open)
        }
      }
      guard results.count == grid.weights.count else { return nil }
      guard let best = TrialChoice.best(of: results, by: setting.task.metrics.main) else {
        return nil
      }
      guard grid.widen(beyond: best) else {
        return ChosenWeight(
          value: best,
          source: .tuned(trials: grid.weights.count, isEdge: grid.isEdge(best)))
      }
    }
  }

  private mutating func add(_ trial: RunPlan, to list: WritableKeyPath<Trials, [RunPlan]>) {
    if !self[keyPath: list].contains(trial) { self[keyPath: list].append(trial) }
  }

  /// The trial of one weight.
  private static func plan(
    _ setting: Setting, _ method: Method, _ weight: Double, beside: ChosenWeight?,
    _ selection: TablePlan.Selection, data: DataReference
  ) -> RunPlan {
    var run = RunPlan(
      table: setting.recipe.trialsTable, setting: setting, role: .student(method),
      trainingProtocol: selection.trainingProtocol, budget: selection.budget, seed: seed,
      data: data)
    run.teacherFile = selection.teacherFile
    run.backbones = selection.backbones
    run.pairing = selection.pairing
    run.imagesAtOnce = selection.imagesAtOnce
    let trial = ChosenWeight(value: weight, source: .trial)
    if method.guidance == nil {
      run.lossChoice = trial
    } else {
      run.lossChoice = beside
      run.alphaChoice = trial
    }
    return run
  }

  /// The first trials of a method, as they are before anything is known.
  package static func first(
    _ setting: Setting, _ method: Method, _ selection: TablePlan.Selection, data: DataReference
  ) -> [RunPlan] {
    guard let details = setting.recipe.use(of: method),
      method.guidance == nil || method.guidance == .differentiable
    else { return [] }
    let grid =
      method.guidance == nil ? TrialGrid(details) : lipschitzGrid(setting, selection.budget)
    return grid.weights.map {
      plan(setting, method, $0, beside: nil, selection, data: data)
    }
  }
}
