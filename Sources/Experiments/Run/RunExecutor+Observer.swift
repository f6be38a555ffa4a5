import CheckpointFormat
import Distillation
import DurableFiles
import Foundation
import JSON
import Measuring
public import Results
import SuiteVersion
public import Training

extension RunExecutor: TrainingObserver {
  /// Opens the event log at the step of the checkpoint and drops epochs that are trained again.
  public func willResume(epoch: Int, step: Int) throws {
    guard options.leads else { return }
    record.epochs.removeAll { $0.epoch >= epoch }
    if step > 0 { progress.line("\(title): goes on in epoch \(epoch + 1) after step \(step)") }
    events = try EventLog(folder.events, truncatingAfterStep: step)
    guard options.logs.contains(.tensorboard) else { return }
    let log = try TensorBoardFile(folder.tensorBoard)
    for epoch in record.epochs { try log.append(epoch.scalars, step: epoch.epoch + 1) }
    tensorBoard = log
  }

  /// Records what the networks are before they learn.
  public func willStart(_ lipschitz: RunRecord.Lipschitz) { record.lipschitzAtStart = lipschitz }

  /// Logs the step and shows the progress.
  public func didStep(_ step: StepReport) throws {
    var event: [String: JSONValue] = [
      "event": .string(step.isPreparation ? "preparation step" : "step"),
      "epoch": .integer(step.epoch), "step": .integer(step.step),
      "learning_rate": .number(step.learningRate), "total": .number(step.total),
      "losses": .object(step.losses.mapValues { .number($0) }),
    ]
    if !step.gradientNorms.isEmpty {
      event["gradient_norms"] = .object(step.gradientNorms.mapValues { .number($0) })
    }
    try events?.append(event)
    progress.update { describe(step) }
  }

  private func describe(_ step: StepReport) -> String {
    let rate = step.imagesPerSecond
    let left = Double((step.stepsInTotal - step.step) * plan.recipe.batchSize) / max(rate, 1e-9)
    let epochs =
      step.isPreparation ? plan.recipe.preparation?.epochs ?? 0 : plan.recipe.epochs
    return
      "\(title): \(step.isPreparation ? "preparation, " : "")epoch \(step.epoch + 1)/\(epochs), "
      + "step \(step.step)/\(step.stepsInTotal), loss \(Float(step.total)), "
      + "\(Int(rate)) images/s, \(Self.duration(left)) left"
  }

  /// Seconds as `1 h 02 min`, `3 min 04 s` or `5 s`.
  private static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "unknown" }
    let whole = Int(seconds.rounded())
    let pad = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    if whole >= 3600 { return "\(whole / 3600) h \(pad(whole / 60 % 60)) min" }
    if whole >= 60 { return "\(whole / 60) min \(pad(whole % 60)) s" }
    return "\(whole) s"
  }

  /// Logs the epoch; the record holds those of the training proper.
  public func didEndPreparation(_ report: PreparationReport) throws {
    try events?.append([
      "event": "preparation epoch", "epoch": .integer(report.epoch), "step": .integer(report.step),
      "losses": .object(report.losses.mapValues { .number($0) }),
    ])
    try write()
    let losses = report.losses.sorted { $0.key < $1.key }.map { "\($0.key) \(Float($0.value))" }
    progress.line(
      "\(title): preparation, epoch \(report.epoch + 1)/\(plan.recipe.preparation?.epochs ?? 0) ended, "
        + losses.joined(separator: ", "))
  }

  /// Records the epoch and writes its checkpoints.
  public func didEndEpoch(_ report: EpochReport) throws {
    guard let objective, options.leads else { return }
    record.subject.weights.match = try (objective as? LipschitzGuidedObjective)?.matchFactor()
    record.epochs.append(
      .init(
        epoch: report.epoch, learningRate: report.learningRate, losses: report.losses,
        gradientNorms: report.gradientNorms, shares: report.shares,
        trainingMeasures: report.training, measures: report.test, seconds: report.seconds,
        sharedSeconds: report.sharedSeconds, imagesPerSecond: report.imagesPerSecond,
        telemetrySeconds: report.telemetrySeconds, lipschitz: report.lipschitz,
        gradients: report.gradients))
    let digest = try ModelCheckpoint.write(
      objective.student, plan.network, pipeline: data.evaluationPipeline, measures: report.test,
      details: details(report.epoch), to: folder.last)
    record.last = reference("last.lskd", digest, report)
    if record.epochs.dropLast().allSatisfy({ isBetter(report.test, than: $0.measures) }) {
      try AtomicFile.write(try FileError.reading(folder.last), to: folder.best)
      record.best = reference("best.lskd", digest, report)
    }
    try folder.keepEpoch(report.epoch, newest: options.keptEpochs)
    let seconds = record.epochs.reduce(0) { $0 + $1.seconds + ($1.sharedSeconds ?? 0) }
    let images = record.epochs.reduce(0) {
      $0 + ($1.seconds + ($1.sharedSeconds ?? 0)) * $1.imagesPerSecond
    }
    record.imagesPerSecond = seconds > 0 ? images / seconds : 0
    if let epoch = record.epochs.last, let tensorBoard {
      try tensorBoard.append(epoch.scalars, step: epoch.epoch + 1)
      for picture in try data.pictures(of: objective.student) {
        try tensorBoard.append(picture, step: epoch.epoch + 1)
      }
    }
    try events?.append([
      "event": "epoch", "epoch": .integer(report.epoch),
      "step": .integer(report.step), "training": report.training.value,
      "test": report.test.value,
    ])
    try write()
    progress.line(
      "\(title): epoch \(report.epoch + 1)/\(plan.recipe.epochs) ended, "
        + "\(data.metrics.text(report.test)), \(Int(report.imagesPerSecond)) images/s")
  }

  private func isBetter(_ first: Measures, than second: Measures) -> Bool {
    let metric = data.metrics.main
    guard let first = first[metric], let second = second[metric] else { return false }
    return metric.isBetter(first, than: second)
  }

  private func reference(_ file: String, _ digest: String, _ report: EpochReport)
    -> RunRecord.CheckpointReference
  {
    .init(
      file: file, sha256: digest, epoch: report.epoch, measures: report.test)
  }

  private func details(_ epoch: Int) -> [String: String] {
    var details = [
      "suite": Suite.version, "run": plan.hash, "method": plan.methodName,
      "setting": plan.setting.id, "budget": plan.budget.name, "epoch": String(epoch),
      "dataset": plan.data.id, "dataset_test_sha256": plan.data.hashes["test"] ?? "",
    ]
    details[ModelCheckpoint.sizeKey] = plan.extent.imageSize.map(String.init)
    details[ModelCheckpoint.classNamesKey] = data.classNames?.joined(separator: "\n")
    if let measured = data.measured { details.merge(measured.header) { $1 } }
    // The teacher is named, not stored.
    details["teacher_sha256"] = record.teacher?.checkpointHash
    return details
  }
}
