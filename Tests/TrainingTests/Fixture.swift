import Datasets
import Distillation
import Foundation
import Lipschitz
import ModelZoo
import NeuralNet
import Results
import TensorCore
import Training

/// A small LONDON training with everything that has a state: connectors, momenta and a teacher in train mode.
struct Fixture {
  let objective: any Objective
  let trainer: Trainer
  let connectors: ParameterStore
  let evaluator: ClassificationEvaluator

  static let training = try? SyntheticCIFAR100(trainCount: 100, testCount: 40).dataset(.train)
  static let test = try? SyntheticCIFAR100(trainCount: 100, testCount: 40).dataset(.test)

  init(
    in folder: URL, epochs: Int = 2, threads: Int = 1, learningRate: Double = 0.01,
    identity: String = "fixture", precision: Precision = .float32,
    measuresLipschitz: Bool = true
  ) throws {
    guard let training = Self.training, let test = Self.test else {
      throw StateError("the synthetic data set could not be made")
    }
    let network = { (seed: UInt64, width: Int) throws -> any Network in
      try Architecture.wideResNet(depth: 10, width: width).makeNetwork(
        classCount: 100, store: ParameterStore(seed: seed, layout: .channelsLast))
    }
    connectors = ParameterStore(seed: 1, layout: .channelsLast)
    let overhaul = try FeatureOverhaulObjective(
      student: network(1, 1),
      teacher: TeacherPass(network(2, 2), .train, fused: precision == .float32),
      connectors: connectors,
      coefficient: 1e-3)
    objective = LipschitzGuidedObjective(
      overhaul, loss: LipschitzLoss(norm: .powerIteration(steps: 10)),
      weight: .alpha(0.25, lateFactor: 1),
      seed: 1)
    var configuration = TrainingConfiguration(
      epochs: epochs,
      schedule: .steps(base: learningRate, drops: [.init(epoch: 1, divisor: 10)]),
      restartsMomentumAtDrops: true)
    configuration.precision = precision
    configuration.measuresLipschitz = measuresLipschitz
    evaluator = ClassificationEvaluator(training: training, test: test, pipeline: .cifar100Test)
    trainer = try Trainer(
      objective: objective,
      loader: BatchLoader(
        dataset: training, pipeline: .cifar100Train,
        configuration: LoaderConfiguration(batchSize: 24, seed: 3, threads: threads)),
      evaluator: evaluator,
      configuration: configuration,
      resumeFile: folder.appendingPathComponent("resume.lskd"), identity: identity)
  }

  /// The bytes of everything that training moves.
  func state() throws -> [[UInt8]] {
    let stores = [objective.student.store, connectors, objective.teacher?.store].compactMap { $0 }
    return try stores.flatMap { try $0.entries.map { try $0.tensor.bytes() } }
  }
}

/// Keeps the reports and stops at a step.
final class Witness: TrainingObserver {
  var steps: [StepReport] = []
  var epochs: [EpochReport] = []
  var preparations: [PreparationReport] = []
  var resumedAt: Int?
  var start: RunRecord.Lipschitz?
  private let stop: StopRequest
  private let stopAt: Int?

  init(stop: StopRequest, at step: Int? = nil) {
    self.stop = stop
    stopAt = step
  }

  func willStart(_ lipschitz: RunRecord.Lipschitz) { start = lipschitz }
  func didStep(_ step: StepReport) {
    steps.append(step)
    if step.step == stopAt { stop.set() }
  }
  func didEndPreparation(_ epoch: PreparationReport) { preparations.append(epoch) }
  func didEndEpoch(_ epoch: EpochReport) { epochs.append(epoch) }
  func willResume(epoch: Int, step: Int) { resumedAt = step }
}
