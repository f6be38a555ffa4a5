import Datasets
import Distillation
import Foundation
import NeuralNet
import Results
import TensorCore
import Training

/// The catalogue of methods with what each adds to a plain distillation step.
public struct MethodCosts {
  private struct Row {
    let method: Method
    let extraParameters: Int
    var seconds: [Double] = []

    var median: Double? {
      seconds.isEmpty ? nil : seconds.sorted()[seconds.count / 2]
    }
  }

  private let setting: Setting
  private let budget: Budget
  private let batch: Int
  private let options: RunOptions
  private let rows: [Row]

  /// Measures `steps` steps of every method, in turns, on synthetic images; with 0 nothing is computed.
  public init(_ request: TableRequest, batch: Int, steps: Int, options: RunOptions) throws {
    let selection = request.selection
    guard let setting = selection.settings.first else { throw UsageError("no setting is named") }
    self.setting = setting
    self.batch = batch
    self.options = options
    budget = selection.budget
    let data = try SyntheticCIFAR100(trainCount: max(batch, 200), testCount: 100).dataset(.train)
    let loader = BatchLoader(
      dataset: data, pipeline: .cifar100Train,
      configuration: LoaderConfiguration(batchSize: batch, seed: 0, threads: 1))
    guard let host = loader.batch(0, ofEpoch: 0) else {
      throw UsageError("\(batch) images make no batch")
    }
    let bench = Bench(
      setting: setting, budget: selection.budget, options: options, data: data, host: host)
    var rows: [Row] = []
    var trainings: [Bench.Training] = []
    for method in selection.methods {
      let training = try bench.training(method)
      rows.append(
        Row(
          method: method,
          extraParameters: training.objective.connectors?.parameterCount ?? 0))
      trainings.append(training)
    }
    // The first turn warms up.
    for turn in 0..<(steps == 0 ? 0 : steps + 1) {
      for (index, training) in trainings.enumerated() {
        let seconds = try bench.step(training, number: turn)
        if turn > 0 { rows[index].seconds.append(seconds) }
      }
    }
    self.rows = rows
  }

  /// The table for the terminal, or as JSON.
  public func text(json: Bool) throws -> String {
    let kd = rows.first { $0.method == Method(.kd) }?.median
    guard !json else { return JSONValue.array(rows.map { value($0, kd) }).indented }
    let isMeasured = rows.contains { $0.median != nil }
    var table = TextTable(
      [
        "method", "paper", "reads", "constants", "weight", "prepares", "recipe (released)",
        "extra parameters",
      ] + (isMeasured ? ["step, ms", "against kd"] : []))
    for row in rows {
      let details = row.method.details
      let cost = [
        row.median.map { String(format: "%.1f", 1000 * $0) } ?? "-",
        ratio(row, kd).map { String(format: "%.2f", $0) } ?? "-",
      ]
      table.add(
        [
          row.method.description, details?.paper ?? "-", details?.taps ?? "-",
          details?.constants ?? "-", details.map { weight($0, row.method) } ?? "-",
          details?.preparationRate == nil ? "-" : "yes", row.method.family.rawValue,
          String(row.extraParameters),
        ] + (isMeasured ? cost : []))
    }
    let networks =
      "\(budget.network(for: setting.teacher)) to \(budget.network(for: setting.student))"
    return table.text
      + "Any method but student can be combined with the Lipschitz term: kd+london, at+london.\n"
      + (isMeasured
        ? "Measured on \(networks), batch \(batch), \(Engine.threads) threads, \(options.device); "
          + "a step without its preparation.\n"
        : "Extra parameters for \(networks); --measure adds what a step costs.\n")
  }

  private func weight(_ details: MethodDescription, _ method: Method) -> String {
    guard method.guidance == nil else { return "alpha \(setting.released.alpha)" }
    return details.weightKind == .share
      ? "\(details.weight) of 1" : "\(details.weight)"
  }

  private func ratio(_ row: Row, _ kd: Double?) -> Double? {
    guard let kd, let own = row.median, kd > 0 else { return nil }
    return own / kd
  }

  private func value(_ row: Row, _ kd: Double?) -> JSONValue {
    let details = row.method.details
    return .object([
      "method": .string(row.method.description),
      "paper": details.map { .string($0.paper) } ?? .null,
      "reads": details.map { .string($0.taps) } ?? .null,
      "constants": details.map { .string($0.constants) } ?? .null,
      "weight": details.map { .number($0.weight) } ?? .null,
      "trial_weights": .array((details?.trialWeights ?? []).map { .number($0) }),
      "recipe_released": .string(row.method.family.rawValue),
      "extra_parameters": .integer(row.extraParameters),
      "step_seconds": row.median.map { .number($0) } ?? .null,
      "step_against_kd": ratio(row, kd).map { .number($0) } ?? .null,
    ])
  }
}

/// Steps of single methods on one batch.
private struct Bench {
  let setting: Setting
  let budget: Budget
  let options: RunOptions
  let data: ImageDataset
  let host: ImageBatch

  struct Training {
    let objective: any Objective
    let optimizer: SGD
  }

  func training(_ method: Method) throws -> Training {
    let plan = RunPlan(
      table: "table2", setting: setting, role: .student(method), trainingProtocol: .equal,
      budget: budget, seed: 0, data: DataReference(id: data.name, hashes: [:]))
    let factory = ObjectiveFactory(
      plan: plan, options: options, teacherFile: nil, data: CIFARSource(training: data, test: data))
    let network = { (seed: UInt64, isTeacher: Bool) throws -> any Network in
      let architecture = budget.network(for: isTeacher ? setting.teacher : setting.student)
      return try architecture.makeNetwork(
        classCount: data.classCount,
        store: ParameterStore(seed: seed, device: options.device, layout: options.layout))
    }
    let objective =
      method.usesTeacher
      ? try factory.objective(
        method, network(0, false),
        TeacherPass(network(1, true), .eval, fused: options.fuses))
      : TaskObjective(student: try network(0, false))
    return Training(
      objective: objective, optimizer: try SGD(trainedParameters(of: objective), .init()))
  }

  /// Seconds of one step.
  func step(_ training: Training, number: Int) throws -> Double {
    let store = training.objective.student.store
    let batch = LabelledBatch(
      images: try Tensor(
        host.images, shape: [host.count, host.channels, host.height, host.width]
      ).converted(device: store.device, layout: store.layout),
      labels: try Tensor(host.labels, shape: [host.count], device: store.device),
      indices: host.indices)
    let start = ContinuousClock.now
    try trainStep(
      training.objective, training.optimizer, batch,
      at: StepPosition(epoch: 0, epochs: 1, step: number), learningRate: 1e-4)
    try Engine.synchronize(store.device)
    return start.duration(to: .now).seconds
  }
}
