import Results

/// The weights that finished trials chose.
package enum TunedWeights {
  /// For every setting and method whose trials are all finished, the weight with the best result on the held-out
  /// images after the last epoch; see `TrialChoice`. Empty under `released`.
  package static func find(
    for selection: TablePlan.Selection, data: DataReference, _ options: RunOptions
  ) throws -> TablePlan.Weights {
    var weights: TablePlan.Weights = [:]
    guard selection.trainingProtocol == .equal else { return weights }
    for setting in selection.settings {
      let bases = selection.methods.map { Method($0.base) }
      for method in Set(selection.methods + bases + [Method(.ofd), .london]) {
        // Both forms of LONDON share one alpha: they differ in the gradient alone.
        let tried = method == .londonReleased ? Method.london : method
        let trials = TablePlan.trials(setting, tried, selection, data: data)
        guard !trials.isEmpty, let best = try best(of: trials, setting.task, options) else {
          continue
        }
        weights[.init(setting: setting.id, method: method)] = ChosenWeight(
          value: best, source: .tuned(trials: trials.count))
      }
    }
    return weights
  }

  private static func best(of trials: [RunPlan], _ task: VisionTask, _ options: RunOptions) throws
    -> Double?
  {
    let metric = task.metrics.main
    var results: [(weight: Double, result: Double)] = []
    for trial in trials {
      let folder = options.runs.appendingPathComponent(trial.folderName)
      guard let record = try RunFolder.readRecord(in: folder), record.status == .finished,
        let result = record.last?.measures[metric],
        let weight = (trial.alphaChoice ?? trial.lossChoice)?.value
      else { return nil }
      results.append((weight, result))
    }
    return TrialChoice.best(of: results, by: metric)
  }
}
