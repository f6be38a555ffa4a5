public import Results

/// What a training reports while it runs.
public protocol TrainingObserver: AnyObject {
  /// The networks were measured before the first step.
  func willStart(_ lipschitz: RunRecord.Lipschitz) throws
  /// Losses of a step were read.
  func didStep(_ step: StepReport) throws
  /// An epoch of the preparation ended; the student cannot be evaluated yet.
  func didEndPreparation(_ epoch: PreparationReport) throws
  /// An epoch ended and was evaluated; checkpoints of the run may be written now.
  func didEndEpoch(_ epoch: EpochReport) throws
  /// The training goes on from a resume checkpoint: epochs from `epoch` on and events after `step` steps are
  /// void.
  func willResume(epoch: Int, step: Int) throws
}

extension TrainingObserver {
  /// Looks away.
  public func willStart(_ lipschitz: RunRecord.Lipschitz) {}
}

/// One step.
public struct StepReport: Sendable {
  /// Whether the method prepares itself.
  public let isPreparation: Bool
  /// Epoch of the phase, from 0.
  public let epoch: Int
  /// Steps done over all epochs, this one included.
  public let step: Int
  /// Steps of the whole training.
  public let stepsInTotal: Int
  /// Learning rate of the step.
  public let learningRate: Double
  /// Unweighted value of each term.
  public let losses: [String: Double]
  /// Weighted sum of the terms.
  public let total: Double
  /// Gradient norm of each weighted term over all trained parameters; empty where it was not measured.
  public let gradientNorms: [String: Double]
  /// Images per second since the training started or resumed.
  public let imagesPerSecond: Double
}

/// One epoch of a preparation.
public struct PreparationReport: Sendable {
  /// Epoch of the preparation, from 0.
  public let epoch: Int
  /// Steps done over all epochs.
  public let step: Int
  /// Mean per image of each unweighted term.
  public let losses: [String: Double]
}

/// One epoch.
public struct EpochReport: Sendable {
  /// Epoch, from 0.
  public let epoch: Int
  /// Learning rate of its last step.
  public let learningRate: Double
  /// Mean per image of each unweighted term.
  public let losses: [String: Double]
  /// Gradient norm of each weighted term at the epoch's first step.
  public let gradientNorms: [String: Double]
  /// Mean contribution of each weighted term over the mean total.
  public let shares: [String: Double]
  /// Results on a part of the training images, without augmentation.
  public let training: Measures
  /// Steps done over all epochs.
  public let step: Int
  /// Results on the test set.
  public let test: Measures
  /// Seconds of the training's own steps, without evaluation.
  public let seconds: Double
  /// Seconds of waiting for batches, and of a teacher that it shares with other trainings.
  public let sharedSeconds: Double
  /// Images per second of both.
  public let imagesPerSecond: Double
  /// Seconds of the host in which the terms' gradients, among the own ones, and the transmitting matrices were measured,
  /// which no training needs; of an epoch that was interrupted those since.
  public let telemetrySeconds: Double
  /// Transmitting matrices of the networks; nil where there are none.
  public let lipschitz: RunRecord.Lipschitz?
  /// Gradients of the terms at the epoch's first step; nil where a training that is older goes on.
  public let gradients: RunRecord.Gradients?
}

/// How a training ended.
public enum TrainingOutcome: Equatable, Sendable {
  /// All epochs are done.
  case finished
  /// A stop was requested; the resume checkpoint holds the state after `step` steps.
  case interrupted(step: Int)
}
