import ModelZoo
import NeuralNet
import TensorCore

/// Floating-point operations of a run, counted for convolutions and linear layers: two per multiply-add,
/// a backward pass twice the forward one.
struct RunCost {
  let imageSize: ImageSize
  let trainingImages: Int
  let testImages: Int
  let classCount: Int

  /// Operations of the whole run: training of all epochs and an evaluation after each.
  func operations(_ run: RunPlan) throws(TensorError) -> Double {
    try ownOperations(run) + teacherOperations(run)
  }

  /// Operations of runs that learn side by side: their teacher looks once at what several learn from.
  func operations(together runs: [RunPlan]) throws(TensorError) -> Double {
    var (own, teacher) = (0.0, 0.0)
    for run in runs {
      own += try ownOperations(run)
      teacher = max(teacher, try teacherOperations(run))
    }
    return own + teacher
  }

  private func ownOperations(_ run: RunPlan) throws(TensorError) -> Double {
    let own = try multiplyAdds(run.network)
    return 2 * own
      * (3 * passes(run) * Double(trainingImages) + Double(run.recipe.epochs * testImages))
  }

  private func teacherOperations(_ run: RunPlan) throws(TensorError) -> Double {
    guard let network = run.teacherFile?.network ?? run.teacher?.network else { return 0 }
    return try 2 * multiplyAdds(network) * passes(run) * Double(trainingImages)
  }

  /// Passes over the training images; a preparation is counted as training.
  private func passes(_ run: RunPlan) -> Double {
    Double(run.recipe.epochs + (run.recipe.preparation?.epochs ?? 0))
  }

  private func multiplyAdds(_ architecture: Architecture) throws(TensorError) -> Double {
    let store = ParameterStore(seed: 0)
    let network = try architecture.makeNetwork(classCount: classCount, store: store)
    return Double(network.multiplyAdds(imageSize: imageSize))
  }
}
