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
    let key = Counted(architecture: architecture, classCount: classCount, imageSize: imageSize)
    if let known = Self.counts.withLock({ $0[key] }) { return known }
    let store = ParameterStore.ofShapes()
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
