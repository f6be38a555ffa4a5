public import Distillation
public import Foundation
import NeuralNet
import Results
import TensorCore

/// The training loop: one objective, one optimizer, one source of batches, exact resume.
///
/// Where the student's store has replicas, each runs this loop on its part of every batch, and all take the same steps:
/// losses and gradients are averaged with the replicas' shares of the batch as weights. That is the whole batch's
/// gradient for a loss that is a mean over images. It is not for one that divides by a count inside the batch (pixels
/// that are not void, boxes with an object) or compares images with each other (SP, CC, RKD, PKT, DIST, mixup, one
/// Lipschitz matrix for a batch or its term as a share): each replica then takes its own part for the batch.
/// Rank 0 alone writes and reads the resume checkpoint; all evaluate, so that no one waits.
public final class Trainer {
  private let objective: any Objective
  private let loader: any BatchSource
  private let evaluator: any Evaluator
  private let configuration: TrainingConfiguration
  private let optimizer: SGD
  private let resume: ResumeCheckpoint
  private let replicas: Replicas
  private var state = TrainingState()
  private var lastFinite: String?
  private var unread: [PendingStep] = []
  private var saved = ContinuousClock.now
  private var probe: LipschitzProbe?
  private var telemetrySeconds = 0.0
  private var rate = ImageRate()
  /// Shared seconds at the end of the last step of the epoch.
  private var seenShared: Double?

  /// Prepares a training whose resume checkpoint is `resumeFile`; `identity` names its configuration.
  public init(
    objective: any Objective, loader: any BatchSource, evaluator: any Evaluator,
    configuration: TrainingConfiguration, resumeFile: URL, identity: String
  ) throws {
    guard loader.batchesPerEpoch > 0 else {
      throw TrainingError.noBatches(
        "the training set has \(loader.sampleCount) images, too few for one batch")
    }
    self.objective = objective
    self.loader = loader
    self.evaluator = evaluator
    self.configuration = configuration
    replicas = Replicas(objective)
    try replicas.check(loader)
    optimizer = try SGD(trainedParameters(of: objective), configuration.optimizer)
    resume = ResumeCheckpoint(
      file: resumeFile, identity: identity, objective: objective, optimizer: optimizer)
  }

  /// Steps of the whole training.
  public var stepsInTotal: Int { epochsInTotal * loader.batchesPerEpoch }

  private var epochsInTotal: Int { configuration.preparationEpochs + configuration.epochs }
  private var isPreparation: Bool { state.epoch < configuration.preparationEpochs }
  private var movesConnectorsAlone: Bool { state.epoch < configuration.connectorEpochs }
  /// Epoch of the phase.
  private var epoch: Int { state.epoch - (isPreparation ? 0 : configuration.preparationEpochs) }
  /// Epoch of the data order: the preparation's lie behind those of the training, which see the same order
  /// with and without one.
  private var dataEpoch: Int { isPreparation ? configuration.epochs + epoch : epoch }

  /// Trains from the resume checkpoint, or from the start, to the end or to a request to stop.
  public func run(stop: StopRequest, observer: any TrainingObserver) throws -> TrainingOutcome {
    var result: Result<TrainingOutcome, any Error>?
    Cohort([.init(trainer: self, observer: observer)]).run(stop: stop) { _, outcome in
      result = outcome
    }
    guard let result else { return .finished }
    return try result.get()
  }

  // MARK: what a cohort calls

  /// Where the next step stands; nil behind the last one.
  var place: TrainingPlace? {
    guard state.epoch < epochsInTotal else { return nil }
    return TrainingPlace(
      isPreparation: isPreparation, epoch: epoch, dataEpoch: dataEpoch, batch: state.batch)
  }

  /// Reads the resume checkpoint, if there is one, and brings replicas to its state.
  func begin(_ observer: any TrainingObserver) throws {
    if replicas.writes, let restored = try resume.restore() {
      guard restored.epoch <= epochsInTotal, restored.batch <= loader.batchesPerEpoch,
        restored.step <= stepsInTotal
      else {
        throw TrainingError.foreignCheckpoint(
          file: resume.file.path, reason: "its position lies beyond the end")
      }
      state = restored
      lastFinite = resume.file.path
      try observer.willResume(epoch: isPreparation ? 0 : epoch, step: state.step)
    }
    try replicas.begin(&state, objective, optimizer)
    if configuration.measuresLipschitz {
      probe = LipschitzProbe(try evaluator.probeImages(like: objective.student.store))
    }
    if state.step == 0, let found = try probe?.measure(objective) { try observer.willStart(found) }
    saved = .now
    rate = ImageRate()
  }

  /// Prepares the steps of an epoch, wherever in it they start.
  func beginEpoch() throws {
    if state.batch == 0 && restarts { try optimizer.restart() }
    try objective.student.store.setTrained(!movesConnectorsAlone)
    seenShared = nil
  }

  /// The batches of an epoch from a place on.
  func batches(from place: TrainingPlace) -> AnySequence<Result<LabelledBatch, any Error>> {
    loader.batches(
      ofEpoch: place.dataEpoch, startingAt: place.batch, like: objective.student.store)
  }

  /// Whether this process, or another replica, was asked to stop.
  func isAsked(toStop stop: StopRequest) throws -> Bool { try replicas.stop(stop.isSet) }

  /// The parts in which a batch is taken, in every replica as many.
  func parts(of batch: LabelledBatch) throws(TensorError) -> [LabelledBatch] {
    guard let limit = configuration.imagesAtOnce else { return [batch] }
    let images = loader.configuration.size(ofBatch: state.batch, of: loader.sampleCount)
    let largest = replicas.largestPart(of: images)
    return try batch.parts((largest + limit - 1) / limit)
  }

  /// The step of one batch, whose parts come one after the other.
  func take(_ parts: [LabelledBatch], _ observer: any TrainingObserver, _ shared: SharedWork) throws
  {
    try step(parts, shared)
    let isLast = state.batch == loader.batchesPerEpoch
    if unread.count >= configuration.reportInterval || isLast { try readLosses(observer) }
    if !isLast && saved.duration(to: .now).seconds > configuration.checkpointSeconds {
      try readLosses(observer)
      try save()
    }
  }

  /// Reads and saves what has been done.
  func interrupt(_ observer: any TrainingObserver) throws -> TrainingOutcome {
    try readLosses(observer)
    try save()
    try replicas.wait()
    return .interrupted(step: state.step)
  }

  private var restarts: Bool {
    guard !isPreparation else { return false }
    let starts =
      state.epoch > 0
      && [configuration.preparationEpochs, configuration.connectorEpochs].contains(state.epoch)
    return starts
      || configuration.restartsMomentumAtDrops && configuration.schedule.dropEpochs.contains(epoch)
  }

  private func step(_ parts: [LabelledBatch], _ shared: SharedWork) throws {
    let start = ContinuousClock.now
    let teacherBefore = shared.teacherSeconds
    let store = objective.student.store
    let images = loader.configuration.size(ofBatch: state.batch, of: loader.sampleCount)
    let position = StepPosition(
      epoch: epoch,
      epochs: isPreparation ? configuration.preparationEpochs : configuration.epochs,
      step: state.step, isPreparation: isPreparation)
    let learningRate = learningRate(step: state.step)
    var found: TermGradients?
    var reported: [ReportedTerm] = []
    var share = ReplicaShare.whole
    for (number, part) in parts.enumerated() {
      share = replicas.share(part.count, of: images)
      let terms = try configuration.precision.run(on: store.device) { () throws(TensorError) in
        try objective.terms(part.part(ofImages: images), at: position)
      }
      // Of a batch in parts that of the first one.
      if state.batch == 0 && number == 0 {
        found = try observing { try gradients(of: terms, share) }
      }
      try share.of(try terms.total()).backward()
      try reported.add(terms.map { try share.report($0) })
    }
    try follow(
      optimizer, learningRate: learningRate,
      usingFactors: isPreparation || !movesConnectorsAlone, share: share)
    state.batch += 1
    state.step += 1
    unread.append(
      PendingStep(
        terms: reported, gradients: found, images: images, learningRate: learningRate,
        position: position, step: state.step,
        seconds: start.duration(to: .now).seconds - (shared.teacherSeconds - teacherBefore),
        sharedSeconds: shared.seconds - (seenShared ?? shared.secondsBeforeBatch)))
    seenShared = shared.seconds
    rate.add(images: images)
  }

  private func learningRate(step: Int) -> Double {
    guard !isPreparation else { return configuration.preparationRate }
    let before = configuration.preparationEpochs * loader.batchesPerEpoch
    return configuration.schedule.learningRate(
      epoch: epoch, step: step - before, stepsInTotal: stepsInTotal - before)
  }

  /// The gradients of the terms of an epoch's first step.
  private func gradients(of terms: [LossTerm], _ share: ReplicaShare) throws -> TermGradients {
    let parameters = optimizer.parameters.map(\.tensor)
    let bodyCount = objective.student.store.parameters.count
    return try TermGradients(
      of: terms, parameters.filter(\.requiresGradient),
      bodyCount: parameters[..<bodyCount].count(where: \.requiresGradient), share)
  }

  /// Reads the losses of the steps since the last reading, adds them up and reports them.
  private func readLosses(_ observer: any TrainingObserver) throws {
    for pending in unread {
      var losses: [String: Double] = [:]
      var total = 0.0
      for (name, value, coefficient) in pending.terms {
        let number = try value.scalar()
        guard number.isFinite else {
          throw TrainingError.notFinite(
            term: name, value: number, epoch: pending.position.epoch, step: pending.step,
            lastFinite: lastFinite)
        }
        losses[name] = number
        total += coefficient * number
        state.sums.add(name, number, coefficient: coefficient, images: pending.images)
      }
      state.sums.images += pending.images
      state.sums.seconds += pending.seconds
      state.sums.sharedSeconds += pending.sharedSeconds
      if let gradients = pending.gradients {
        state.sums.gradientNorms = gradients.norms
        state.sums.gradients = gradients.relations
      }
      try observer.didStep(
        StepReport(
          isPreparation: pending.position.isPreparation, epoch: pending.position.epoch,
          step: pending.step, stepsInTotal: stepsInTotal,
          learningRate: pending.learningRate, losses: losses, total: total,
          gradientNorms: pending.gradients?.norms ?? [:], imagesPerSecond: rate.imagesPerSecond))
    }
    unread.removeAll()
  }

  /// Reports and saves an epoch whose batches are all done.
  func endEpoch(_ observer: any TrainingObserver) throws {
    if isPreparation {
      try observer.didEndPreparation(
        PreparationReport(epoch: epoch, step: state.step, losses: state.sums.meanLosses))
    } else {
      try observer.didEndEpoch(try report())
    }
    state.epoch += 1
    state.batch = 0
    state.sums = EpochSums()
    try save()
  }

  /// Does what the training itself does not need, and adds up how long it takes.
  private func observing<Output>(_ body: () throws -> Output) throws -> Output {
    let start = ContinuousClock.now
    defer { telemetrySeconds += start.duration(to: .now).seconds }
    return try body()
  }

  private func report() throws -> EpochReport {
    let sums = state.sums
    let constants = try observing { try probe?.measure(objective) }
    defer { telemetrySeconds = 0 }
    return EpochReport(
      epoch: epoch, learningRate: learningRate(step: state.step - 1), losses: sums.meanLosses,
      gradientNorms: sums.gradientNorms, shares: sums.shares,
      training: try measure(.trainingSample), step: state.step, test: try measure(.test),
      seconds: sums.seconds, sharedSeconds: sums.sharedSeconds,
      imagesPerSecond: Double(sums.images) / max(sums.seconds + sums.sharedSeconds, 1e-9),
      telemetrySeconds: telemetrySeconds, lipschitz: constants, gradients: sums.gradients)
  }

  private func measure(_ part: EvaluationPart) throws -> Measures {
    do { return try evaluator.measure(objective.student, on: part) } catch let error
      as OutputNotFinite
    {
      throw TrainingError.outputNotFinite(
        error, epoch: epoch, step: state.step, lastFinite: lastFinite)
    }
  }

  private func save() throws {
    if replicas.writes { try resume.write(state) }
    lastFinite = resume.file.path
    saved = .now
  }
}
