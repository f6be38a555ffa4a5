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
    let own = try multiplyAdds(run)
    let teacher = if let teacher = run.teacher { try multiplyAdds(teacher) } else { 0.0 }
    let epochs = Double(run.recipe.epochs)
    return 2 * epochs
      * (Double(trainingImages) * (3 * own + teacher) + Double(testImages) * own)
  }

  private func multiplyAdds(_ run: RunPlan) throws(TensorError) -> Double {
    let store = ParameterStore(seed: 0)
    let network = try run.network.makeNetwork(classCount: classCount, store: store)
    return Double(network.multiplyAdds(imageSize: imageSize))
  }
}
