import ModelZoo
import NeuralNet
import Synchronization
import TensorCore

/// Floating-point operations of a run, counted for convolutions and linear layers: two per multiply-add,
/// a backward pass twice the forward one.
struct RunCost {
  let imageSize: ImageSize
  let trainingImages: Int
  let testImages: Int
  let classCount: Int

  init(imageSize: ImageSize, trainingImages: Int, testImages: Int, classCount: Int) {
    self.imageSize = imageSize
    self.trainingImages = trainingImages
    self.testImages = testImages
    self.classCount = classCount
  }

  /// The cost of runs that learn from given images.
  init(_ data: any RunData) {
    self.init(
      imageSize: data.imageSize, trainingImages: data.trainingCount, testImages: data.testCount,
      classCount: data.classCount)
  }

  /// Operations of the whole run: training of all epochs and an evaluation after each.
  func operations(_ run: RunPlan) throws(TensorError) -> Double {
    let own = try multiplyAdds(run.network)
    let teacher =
      if let network = run.teacherFile?.network ?? run.teacher?.network {
        try multiplyAdds(network)
      } else { 0.0 }
    let epochs = Double(run.recipe.epochs)
    // A preparation is counted as training.
    let passes = epochs + Double(run.recipe.preparation?.epochs ?? 0)
    return 2
      * (passes * Double(trainingImages) * (3 * own + teacher) + epochs * Double(testImages) * own)
  }

  private func multiplyAdds(_ architecture: Architecture) throws(TensorError) -> Double {
    let key = Counted(architecture: architecture, classCount: classCount, imageSize: imageSize)
    if let known = Self.counts.withLock({ $0[key] }) { return known }
    let store = ParameterStore(seed: 0)
    let network = try architecture.makeNetwork(classCount: classCount, store: store)
    let count = Double(network.multiplyAdds(imageSize: imageSize))
    Self.counts.withLock { $0[key] = count }
    return count
  }

  private struct Counted: Hashable {
    let architecture: Architecture
    let classCount: Int
    let imageSize: ImageSize
  }

  /// Making a large network takes a second, and the runs of a table have few of them.
  private static let counts = Mutex([Counted: Double]())
}
