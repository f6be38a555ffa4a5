public import NeuralNet

/// Everything about a training that depends on method, protocol and budget but not on the seed.
public struct Recipe: Hashable, Sendable {
  /// Passes over the training images.
  public let epochs: Int
  /// Images per batch.
  public let batchSize: Int
  /// Learning rate.
  public let schedule: Schedule
  /// Whether the momentum restarts at each drop.
  public let restartsMomentum: Bool
  /// Whether the teacher normalises by the batch, so that its running statistics drift.
  public let teacherInTrainMode: Bool
  /// Whether LONDON back-propagates through ten power steps, as released, or uses the singular pair.
  public let unrollsPowerIteration: Bool

  /// The recipe of a teacher: plain training of the OFD paper.
  public init(teacherOf setting: Setting, budget: Budget) {
    epochs = budget.epochs
    batchSize = setting.released.batchSize
    schedule = Self.schedule(epochs: budget.epochs, thirdDivisor: nil)
    restartsMomentum = false
    teacherInTrainMode = false
    unrollsPowerIteration = false
  }

  /// The recipe of one cell of a table.
  ///
  /// `released`: OFD and LONDON restart the momentum and keep the teacher in train mode; LONDON has its
  /// third drop in the settings whose script has one; the student alone uses the OFD schedule; KD keeps
  /// momentum and an eval-mode teacher, as RepDistiller does. `equal`: the OFD schedule, continuous
  /// momentum and an eval-mode teacher for all.
  public init(
    _ method: Method, _ setting: Setting, _ trainingProtocol: TrainingProtocol, _ budget: Budget
  ) {
    let isLondon = method == .london || method == .londonReleased
    let isReleased = trainingProtocol == .released
    epochs = budget.epochs
    batchSize = setting.released.batchSize
    schedule = Self.schedule(
      epochs: budget.epochs,
      thirdDivisor: isReleased && isLondon ? setting.released.thirdDropDivisor : nil)
    restartsMomentum = isReleased && method != .kd
    teacherInTrainMode = isReleased && (isLondon || method == .ofd)
    unrollsPowerIteration = isReleased || method == .londonReleased
  }

  /// 0.1, /10 from floor(E/2), /100 from floor(3E/4) and, where given, a third one from floor(7E/8).
  public static func schedule(epochs: Int, thirdDivisor: Double?) -> Schedule {
    var drops = [
      Schedule.Drop(epoch: epochs / 2, divisor: 10),
      Schedule.Drop(epoch: 3 * epochs / 4, divisor: 100),
    ]
    if let thirdDivisor {
      drops.append(Schedule.Drop(epoch: 7 * epochs / 8, divisor: thirdDivisor))
    }
    return .steps(base: 0.1, drops: drops)
  }
}
