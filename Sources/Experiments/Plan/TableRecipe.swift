import ModelZoo
import NeuralNet

/// What all rows of a table share: the task, the images, and the paper's recipe with what smaller budgets make of it.
/// Tables that show the same runs have the same one.
public struct TableRecipe: Sendable {
  /// What a learning rate depends on.
  struct Start {
    let network: Architecture
    let epochs: Int
    /// Whether the backbone starts from weights of a classifier, as in the paper.
    let isPretrained: Bool
    /// Whether the drops are those of the released code, where it counts them otherwise than the paper.
    let isReleased: Bool
    /// Divisor of the rate late in training, where a script of the paper has one.
    let thirdDivisor: Double?
  }

  /// The table that the runs belong to, as their folders and records have it.
  public let table: String
  /// The table of the trials of its weights.
  public let trialsTable: String
  /// What the networks are trained for.
  public let task: VisionTask
  /// Name of the images in sentences.
  let dataName: String
  /// What happens to training images, as records name it.
  let pipeline: String
  let full: Extent
  /// nil where the table has no such budget.
  var compact: Extent? = nil
  var reduced: Extent? = nil
  let smoke: Extent
  /// What a change of the images' side does.
  var sizing = Sizing.fixed
  let optimizer: SGD.Configuration
  /// Whether every method has code of its authors for these images, which `released` then follows; that of OFD restarts the
  /// momentum at drops.
  let hasReleasedCode: Bool
  /// Learning rate of the paper's recipe, where a start from random numbers has another one.
  let pretrainedRate: Double?
  /// Weights of methods' losses that the authors have for these images, where they are not those of the method's card.
  var methodWeights: [MethodCard: Double] = [:]
  /// Whether JPEGs may be scaled while they are decoded, outside of what was released.
  var decodesScaled = false
  let schedule: @Sendable (Start) -> Schedule

  /// What a method is in the table's task, with the table's weight; nil for the student alone and where it is not made
  /// for the task.
  func use(of method: Method) -> MethodUse? {
    guard var use = method.details(for: task) else { return nil }
    if let weight = methodWeights[method.base] { use.weight = weight }
    return use
  }
}

extension TableRecipe: Hashable {
  /// Recipes are the same that belong to the same table.
  public static func == (left: TableRecipe, right: TableRecipe) -> Bool {
    left.table == right.table
  }

  /// Feeds the table to `hasher`.
  public func hash(into hasher: inout Hasher) { hasher.combine(table) }
}
