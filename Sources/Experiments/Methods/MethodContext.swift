import Distillation
import NeuralNet

/// What a method is made of: two networks and the numbers of a run.
struct MethodContext {
  /// The network that learns.
  let student: any Network
  /// The network that teaches, with its mode.
  let teacher: TeacherPass
  /// For the losses' own parameters.
  let store: ParameterStore
  /// What the networks are trained for.
  let task: any TaskLoss
  /// The method.
  let method: MethodCard
  /// What it is in the task.
  let use: MethodUse
  /// Weight of its loss.
  let weight: Double
  /// Images per batch.
  let batchSize: Int
  /// Epochs over which the weight rises.
  let warmUpEpochs: Int
  /// How losses over many places of an image are counted.
  let counting: LossCounting
  /// Root seed of the run.
  let seed: UInt64
  /// What the run learns from.
  let data: any RunData

  /// A loss with the run's weight, under the method's name unless it has one of its own.
  func part(_ loss: any FeatureLoss, name: String? = nil) -> FeatureLossObjective.Part {
    .init(
      name ?? method.id, loss, weight: counting.weight(weight, batchSize: batchSize),
      warmUpEpochs: warmUpEpochs)
  }

  /// Distils with a loss beside the task's, after a preparation where there is one.
  func objective(
    main: FeatureLossObjective.Part?, preparation: FeatureLossObjective.Part? = nil
  ) -> FeatureLossObjective {
    FeatureLossObjective(
      student: student, teacher: teacher, connectors: store,
      task: task, taskWeight: use.weightKind == .share ? 1 - weight : 1, main: main,
      preparation: preparation)
  }
}
