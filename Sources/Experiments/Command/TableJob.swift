public import Foundation
import JSON
import Measuring
import ModelZoo
import NeuralNet
import Results
import Training
import UserErrors

/// A table from request to printed result.
public struct TableJob {
  /// What is run for a request.
  public enum Purpose: Sendable {
    /// The cells of tables.
    case cells
    /// The trials of the methods' weights on held-out training images.
    case trials
  }

  private let selection: TablePlan.Selection
  private let purpose: Purpose
  private let plan: TablePlan
  private let data: any RunData
  private let metrics: TableMetrics
  private let options: RunOptions

  /// Finds the images and plans the runs. Under `equal`, methods whose trials are finished take the best weight.
  public init(
    _ request: TableRequest, _ purpose: Purpose = .cells, data: DataRequest, options: RunOptions
  ) throws {
    let table = request.selection.table
    var data = data
    if !options.leads { data.report = { _ in } }
    let whole = try options.leaderFirst {
      try table.open(data, request.selection.budget, runs: options.runs)
    }
    try self.init(request, purpose, whole: whole, tuning: whole.forTuning(), options)
  }

  private init(
    _ request: TableRequest, _ purpose: Purpose, whole: any RunData, tuning: any RunData,
    _ options: RunOptions
  ) throws {
    let selection = request.selection
    let trials = try Trials(for: selection, data: tuning.reference, runs: options.runs)
    switch purpose {
    case .trials:
      guard selection.trainingProtocol == .equal else {
        throw UsageError("weights are tuned for the equal protocol; released takes the authors'")
      }
      guard !(trials.open + trials.settled).isEmpty else {
        throw UsageError("none of these methods has a weight to tune")
      }
      plan = TablePlan(students: trials.settled + trials.open)
      data = tuning
    case .cells:
      plan = TablePlan(selection, data: whole.reference, weights: trials.weights)
      data = whole
    }
    self.selection = selection
    self.purpose = purpose
    self.options = options
    metrics = data.metrics
    try options.checkReplicas(plan.runs)
    try Self.checkBackbones(plan, classCount: data.classCount)
    guard let file = selection.teacherFile else { return }
    let teacher = try ModelCheckpoint(contentsOf: file.url).network
    guard teacher.classCount == data.classCount else {
      throw UsageError(
        "the teacher \(file.url.path) has \(teacher.classCount) classes, the images have \(data.classCount)"
      )
    }
    let taps = teacher.tapChannels.count
    for network in Set(plan.runs.filter { $0.teacherFile != nil }.map(\.network)) {
      guard let own = network.tapCount, own != taps else { continue }
      throw UsageError(
        "the teacher \(file.url.path) has \(taps) feature taps, \(network) has \(own)")
    }
  }

  /// Loads each backbone's weights once: what does not fit is said before anything is trained.
  private static func checkBackbones(_ plan: TablePlan, classCount: Int) throws {
    var checked: Set<Architecture> = []
    for run in plan.runs + plan.runs.compactMap(\.teacher) {
      guard let backbone = run.backbone, checked.insert(run.network).inserted else { continue }
      let network = try run.network.makeNetwork(
        classCount: classCount, store: ParameterStore.ofShapes())
      try backbone.load(into: network, run.network)
    }
  }

  /// Trains what is missing, hands the table as text or JSON to `show`, and throws when a run diverged.
  public func run(json: Bool, show: (String) -> Void) throws {
    let stop = StopRequest()
    let watch = stop.onSignals()
    if options.isStartedByAnother { stop.onEndOfInput() }
    defer { withExtendedLifetime(watch) {} }
    let records = try purpose == .trials ? runTrials(stop) : run(plan, stop)
    // What was found is the other's to tell.
    guard !options.isStartedByAnother else { return }
    if options.leads {
      show(
        json
          ? self.json(of: records)
          : TableText(records, metrics, methods: MethodCard.all.map(\.id)).text)
    }
    let diverged = records.filter { $0.status == .diverged }
    guard diverged.isEmpty || purpose == .trials else { throw DivergedRuns(records: diverged) }
  }

  private func run(_ plan: TablePlan, _ stop: StopRequest) throws -> [RunRecord] {
    switch try TableRunner(plan, data: data, options: options).run(stop: stop) {
    case .finished(let records): return records
    case .interrupted(let folder):
      throw InterruptedTable(
        state: folder.map { "the state is in \($0)/resume.lskd under \(options.runs.path)" })
    }
  }

  /// Runs trials until those that are done need no further ones; a trial that diverges has lost.
  private func runTrials(_ stop: StopRequest) throws -> [RunRecord] {
    while true {
      try options.replicas?.barrier()
      let trials = try Trials(for: selection, data: data.reference, runs: options.runs)
      guard !trials.open.isEmpty else {
        return try trials.settled.compactMap { try $0.record(in: options.runs) }
      }
      _ = try run(TablePlan(students: trials.open), stop)
    }
  }

  /// Draws what the networks found in a few images, one panel per setting; returns the files.
  public func writePanels() throws -> [URL] {
    guard options.leads, !options.isStartedByAnother else { return [] }
    return try data.panel()?.write(plan.runs, of: selection.table, options) ?? []
  }

  /// The runs with their cost, and the hours that they would take on this device.
  public func dryRun(json: Bool) throws -> String {
    let cost = RunCost(data)
    let speed = try DeviceProbe.operationsPerSecond(options)
    return try DryRun(plan, cost: cost, operationsPerSecond: speed, options: options).text(
      json: json)
  }

  /// What is still to be done, for a scheduler; `command` is the command of the whole.
  public func schedule(command: [String]) throws -> RunSchedule {
    try RunSchedule(plan, cost: RunCost(data), command: command, options: options)
  }

  private func json(of records: [RunRecord]) -> String {
    let rows = records.map { record -> JSONValue in
      var members: [String: JSONValue] = [
        "setting": .string(record.setting), "method": .string(record.method),
        "protocol": .string(record.protocolName), "budget": .string(record.budget),
        "seed": JSONValue(exactly: record.rootSeed),
        "status": .string(record.status.rawValue), "weights": .string(record.subject.weights.text),
      ]
      for metric in metrics.all {
        members["\(metric.key)_last"] = record.last?.measures[metric].map { .number($0) } ?? .null
      }
      members["\(metrics.main.key)_best_on_test"] =
        record.best?.measures[metrics.main].map { .number($0) } ?? .null
      return .object(members)
    }
    return JSONValue.array(rows).indented
  }
}
