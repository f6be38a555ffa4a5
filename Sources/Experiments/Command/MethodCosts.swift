import Datasets
import Distillation
import Foundation
import JSON
import NeuralNet
import Results
import Statistics
import TensorCore
public import Training
import UserErrors

/// The catalogue of methods with what each adds to a plain distillation step.
public struct MethodCosts {
  private struct Row {
    let method: Method
    let extraParameters: Int
    var seconds: [Double] = []

    var median: Double? { Sample(seconds).median }
  }

  private let setting: Setting
  private let budget: Budget
  private let batch: Int
  private let options: RunOptions
  private let rows: [Row]

  /// Measures `steps` steps of every method, in turns, on synthetic images; with 0 nothing is computed.
  public init(
    setting: String, budget: Budget, batch: Int, steps: Int, place: ComputePlace
  ) throws {
    let setting = try PaperTable.usual.setting(setting)
    let budget = try setting.recipe.resolved(budget, .init(), for: [setting])
    self.setting = setting
    self.batch = batch
    self.budget = budget
    let options = RunOptions(
      runs: URL(fileURLWithPath: "."), place: place, command: "")
    self.options = options
    let data = try SyntheticCIFAR100(trainCount: max(batch, 200), testCount: 100).dataset(.train)
    let loader = BatchLoader(
      dataset: data, pipeline: .cifar100Train,
      configuration: LoaderConfiguration(batchSize: batch, seed: 0, threads: 1))
    guard let host = loader.batch(0, ofEpoch: 0) else {
      throw UsageError("\(batch) images make no batch")
    }
    let bench = Bench(
      setting: setting, budget: budget, options: options, data: data, host: host)
    var rows: [Row] = []
    var trainings: [Bench.Training] = []
    for method in Method.all {
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
      let (card, use) = (row.method.base, row.method.details(for: setting.task))
      let cost = [
        row.median.map { String(format: "%.1f", 1000 * $0) } ?? "-",
        ratio(row, kd).map { String(format: "%.2f", $0) } ?? "-",
      ]
      table.add(
        [
          row.method.description, row.method.paper ?? "-", use?.taps ?? "-",
          use.flatMap(constants) ?? "-", use.map { weight($0, row.method) } ?? "-",
          card.preparation == nil ? "-" : "yes", card.family.rawValue,
          String(row.extraParameters),
        ] + (isMeasured ? cost : []))
    }
    let networks =
      "\(budget.network(for: setting.teacher)) to \(budget.network(for: setting.student))"
    return table.text
      + "Any method but student can be combined with the Lipschitz term: kd+london, at+london.\n"
      + (isMeasured
        ? "Measured on \(networks), batch \(batch), \(Engine.threads) threads, "
          + "\(options.place.device); a step without its preparation.\n"
        : "Extra parameters for \(networks); --measure adds what a step costs.\n")
  }

  private func constants(_ use: MethodUse) -> String? {
    let list = use.constants.sorted { $0.key < $1.key }.map { name, value in
      "\(name.replacingOccurrences(of: "_", with: " ")) \(JSONValue.number(value).canonical)"
    }
    return list.isEmpty ? nil : list.joined(separator: ", ")
  }

  private func weight(_ use: MethodUse, _ method: Method) -> String {
    guard method.guidance == nil else { return "alpha \(setting.released.alpha)" }
    return use.weightKind == .share ? "\(use.weight) of 1" : "\(use.weight)"
  }

  private func ratio(_ row: Row, _ kd: Double?) -> Double? {
    guard let kd, let own = row.median, kd > 0 else { return nil }
    return own / kd
  }

  private func value(_ row: Row, _ kd: Double?) -> JSONValue {
    let use = row.method.details(for: setting.task)
    return .object([
      "method": .string(row.method.description),
      "paper": row.method.paper.map { .string($0) } ?? .null,
      "reads": use.map { .string($0.taps) } ?? .null,
      "constants": .object((use?.constants ?? [:]).mapValues { .number($0) }),
      "weight": use.map { .number($0.weight) } ?? .null,
      "trial_weights": .array((use?.trialWeights ?? []).map { .number($0) }),
      "recipe_released": .string(row.method.base.family.rawValue),
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
      table: setting.recipe.table, setting: setting, role: .student(method),
      trainingProtocol: .equal,
      budget: budget, seed: 0, data: DataReference(id: data.name, hashes: [:]))
    let factory = ObjectiveFactory(
      plan: plan, options: options, teacherFile: nil, data: CIFARSource(training: data, test: data))
    let network = { (seed: UInt64, isTeacher: Bool) throws -> any Network in
      let architecture = budget.network(for: isTeacher ? setting.teacher : setting.student)
      return try architecture.makeNetwork(
        classCount: data.classCount,
        store: ParameterStore(
          seed: seed, device: options.place.device, layout: options.place.layout))
    }
    let objective =
      method.usesTeacher
      ? try factory.objective(
        method, network(0, false),
        TeacherPass(network(1, true), .eval, fused: options.place.fuses))
      : TaskObjective(student: try network(0, false))
    return Training(
      objective: objective, optimizer: try SGD(trainedParameters(of: objective), .init()))
  }

  /// Seconds of one step.
  func step(_ training: Training, number: Int) throws -> Double {
    let store = training.objective.student.store
    let batch = try LabelledBatch(host, like: store)
    let start = ContinuousClock.now
    try trainStep(
      training.objective, training.optimizer, batch,
      at: StepPosition(epoch: 0, epochs: 1, step: number), learningRate: 1e-4)
    try Engine.synchronize(store.device)
    return start.duration(to: .now).seconds
  }
}
