public import NeuralNet

/// Everything about a training that depends on method, protocol and budget but not on the seed.
public struct Recipe: Hashable, Sendable {
  /// Passes over the training images, after the preparation.
  public let epochs: Int
  /// Images per batch.
  public let batchSize: Int
  /// Learning rate.
  public let schedule: Schedule
  /// Momentum, weight decay, Nesterov.
  public let optimizer: SGD.Configuration
  /// Whether the momentum restarts at each drop.
  public let restartsMomentum: Bool
  /// Whether the teacher normalises by the batch, so that its running statistics drift.
  public let teacherInTrainMode: Bool
  /// Whether LONDON back-propagates through ten power steps, as released, or uses the singular pair.
  public let unrollsPowerIteration: Bool
  /// What the method trains before; nil without.
  public let preparation: Preparation?
  /// Epochs over which the weight of the method's loss rises.
  public let warmUpEpochs: Int
  /// Whether pairs of images are mixed (mixup).
  public let mixesImages: Bool
  /// First epochs, those of the preparation included, in which the connectors learn alone.
  public let connectorEpochs: Int
  /// How losses over many places of an image are counted.
  public let counting: LossCounting
  /// Whether images are prepared as in the released code, where the suite does otherwise.
  public let preparesAsReleased: Bool
  /// Whether JPEGs may be scaled while they are decoded, where a large part of one is shown.
  public let decodesScaled: Bool

  /// Epochs that come before the recipe's own.
  public struct Preparation: Hashable, Sendable {
    /// Their number.
    public let epochs: Int
    /// Their learning rate.
    public let learningRate: Double
  }

  /// The recipe of a teacher: plain training of the OFD paper, for the PyramidNet with mixup.
  public init(teacherOf setting: Setting, budget: Budget, hasBackbone: Bool = false) {
    let table = setting.recipe
    let extent = table.extent(budget)
    epochs = extent.teacherEpochs
    batchSize = extent.batchSize ?? setting.released.batchSize
    schedule = extent.schedule(
      table.schedule(
        .init(
          network: setting.teacher, epochs: epochs,
          isPretrained: budget.base == .full || hasBackbone, isReleased: false,
          thirdDivisor: nil)), epochs: epochs)
    optimizer = table.optimizer
    restartsMomentum = false
    teacherInTrainMode = false
    unrollsPowerIteration = false
    preparation = nil
    warmUpEpochs = 0
    mixesImages = setting.mixesTeacherImages
    connectorEpochs = 0
    counting = .mean
    preparesAsReleased = false
    decodesScaled = table.decodesScaled
  }

  /// The recipe of one cell of a table.
  ///
  /// `released`: OFD and LONDON restart the momentum and keep the teacher in train mode; LONDON has its third
  /// drop in the settings whose script has one; the student alone uses the OFD recipe; every other method
  /// that of the code it comes from. `equal`: the OFD schedule, batch size and optimizer, continuous momentum
  /// and an eval-mode teacher for all; what a method prepares comes on top.
  public init(
    _ method: Method, _ setting: Setting, _ trainingProtocol: TrainingProtocol, _ budget: Budget,
    hasBackbone: Bool = false
  ) {
    let isReleased = trainingProtocol == .released
    let table = setting.recipe
    let followsAuthors = isReleased && table.hasReleasedCode
    let family = followsAuthors ? method.base.family : .overhaul
    let isOverhaul = method.usesTeacher && method.base.family == .overhaul
    let extent = table.extent(budget)
    let own: Int
    let usual: Schedule
    switch family {
    case .overhaul:
      epochs = extent.epochs
      own =
        isReleased && method.guidance != nil
        ? setting.released.guidedBatchSize : setting.released.batchSize
      usual = table.schedule(
        .init(
          network: setting.student, epochs: epochs,
          isPretrained: budget.base == .full || hasBackbone, isReleased: isReleased,
          thirdDivisor: isReleased && method.guidance != nil
            ? setting.released.thirdDropDivisor : nil))
      optimizer = table.optimizer
    case .repDistiller:
      epochs = extent.epochs * 6 / 5
      own = 64
      usual = Self.repDistillerSchedule(epochs: epochs)
      optimizer = .init(nesterov: false)
    case .zoo:
      epochs = extent.epochs
      own = 128
      usual = Self.schedule(epochs: epochs, thirdDivisor: nil)
      optimizer = .init(weightDecay: 1e-4)
    }
    batchSize = extent.batchSize ?? own
    schedule = extent.schedule(usual, epochs: epochs)
    restartsMomentum = followsAuthors && method.base.family == .overhaul
    teacherInTrainMode = isReleased && isOverhaul
    unrollsPowerIteration = isReleased || method.guidance == .stopGradient
    let base = schedule.baseRate
    connectorEpochs = method.details(for: setting.task)?.connectorEpochs ?? 0
    counting = isReleased ? setting.task.releasedCounting : .mean
    preparesAsReleased = isReleased
    decodesScaled = table.decodesScaled && !isReleased
    switch method.base.preparation {
    // Under `equal` the connectors' epoch comes on top, so that all students learn equally long.
    case nil:
      preparation =
        connectorEpochs > 0 && !isReleased
        ? Preparation(epochs: connectorEpochs, learningRate: base) : nil
    case .base: preparation = Preparation(epochs: max(1, epochs / 8), learningRate: base)
    case .fixed(let rate): preparation = Preparation(epochs: max(1, epochs / 8), learningRate: rate)
    }
    // The weight rises by one part in every epoch: with one part it would not rise at all.
    warmUpEpochs =
      method.base.warmUp == 0 ? 0 : max(2, Int((method.base.warmUp * Double(epochs)).rounded()))
    mixesImages = false
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
    return .steps(base: 0.1, drops: drops.filter { $0.epoch > 0 })
  }

  /// 0.05, a tenth of it from 5/8, 6/8 and 7/8 of the epochs on: 150, 180 and 210 of 240.
  public static func repDistillerSchedule(epochs: Int) -> Schedule {
    .steps(
      base: 0.05,
      drops: [5, 6, 7].enumerated().map {
        .init(epoch: $1 * epochs / 8, divisor: [10, 100, 1000][$0])
      }.filter { $0.epoch > 0 })
  }
}
