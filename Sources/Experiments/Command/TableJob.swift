public import Foundation
import Results
import Training

/// A table from request to printed result.
public struct TableJob {
  /// What is run for a request.
  public enum Purpose: Sendable {
    /// The cells of tables.
    case cells
    /// The trials of the methods' weights on held-out training images.
    case trials
  }

  private let plan: TablePlan
  private let data: any RunData
  private let metrics: TableMetrics
  private let options: RunOptions

  /// Loads CIFAR-100 and plans the runs. Under `equal`, methods whose trials are finished take the best weight.
  public init(
    _ request: TableRequest, _ purpose: Purpose = .cells, dataDirectory: String?,
    options: RunOptions
  ) throws {
    let whole = try CIFARSource(
      request.selection.budget, directory: dataDirectory.map { URL(fileURLWithPath: $0) })
    try self.init(request, purpose, whole: whole, tuning: whole.forTuning(), options)
  }

  /// Loads photos and plans the runs of table 4 or 5 in the same way; `report` gets, in one replica, the reasons for photos
  /// that are left out.
  public init(
    _ request: TableRequest, _ purpose: Purpose = .cells, photos: PhotoRequest,
    options: RunOptions, report: @escaping ([String]) -> Void = { _ in }
  ) throws {
    let budget = request.selection.budget
    let report = options.leads ? report : { _ in }
    if photos.task == .segmentation {
      let whole = try options.leaderFirst {
        try SegmentationSource(photos, budget, runs: options.runs, report: report)
      }
      try self.init(request, purpose, whole: whole, tuning: whole.forTuning(), options)
    } else {
      let whole = try options.leaderFirst {
        try DetectionSource(photos, budget, runs: options.runs, report: report)
      }
      try self.init(request, purpose, whole: whole, tuning: whole.forTuning(), options)
    }
  }

  private init(
    _ request: TableRequest, _ purpose: Purpose, whole: any RunData, tuning: any RunData,
    _ options: RunOptions
  ) throws {
    let selection = request.selection
    switch purpose {
    case .trials:
      guard selection.trainingProtocol == .equal else {
        throw UsageError("weights are tuned for the equal protocol; released takes the authors'")
      }
      let plan = TablePlan(trialsOf: selection, data: tuning.reference)
      guard !plan.runs.isEmpty else {
        throw UsageError("none of these methods has a weight to tune")
      }
      try self.init(plan, data: tuning, selection, options)
    case .cells:
      let weights = try TunedWeights.find(for: selection, data: tuning.reference, options)
      try self.init(
        TablePlan(selection, data: whole.reference, weights: weights), data: whole, selection,
        options)
    }
  }

  private init(
    _ plan: TablePlan, data: any RunData, _ selection: TablePlan.Selection, _ options: RunOptions
  ) throws {
    self.plan = plan
    self.data = data
    self.options = options
    metrics = data.metrics
    try options.checkReplicas(plan.runs)
    guard let file = selection.teacherFile else { return }
    let classes = try ModelCheckpoint(contentsOf: file.url).network.classCount
    guard classes == data.classCount else {
      throw UsageError(
        "the teacher \(file.url.path) has \(classes) classes, the images have \(data.classCount)")
    }
  }

  /// Trains what is missing, hands the table as text or JSON to `print`, and throws when a run diverged.
  public func run(json: Bool, print: (String) -> Void) throws {
    let stop = StopRequest()
    let watch = stop.onSignals()
    defer { withExtendedLifetime(watch) {} }
    switch try TableRunner(plan, data: data, options: options).run(stop: stop) {
    case .interrupted(let folder):
      throw InterruptedTable(
        description: "stopped on request; the state is in \(folder)/resume.lskd under "
          + "\(options.runs.path), and the same command goes on from there")
    case .finished(let records, let diverged):
      if options.leads { print(json ? self.json(of: records) : TableText(records, metrics).text) }
      if !diverged.isEmpty { throw DivergedRuns(sentences: diverged) }
    }
  }

  /// Whether this process prints.
  public var leads: Bool { options.leads }

  /// Draws what the networks of table 4 or 5 found in a few photos, one panel per setting; returns the files.
  public func writePanels() throws -> [URL] {
    guard options.leads else { return [] }
    let panel: TablePanel? =
      switch data {
      case let photos as DetectionSource: TablePanel(photos)
      case let photos as SegmentationSource: try TablePanel(photos)
      default: nil
      }
    return try panel?.write(plan.runs, options) ?? []
  }

  /// The runs with their cost, and the hours that they would take on this device.
  public func dryRun(json: Bool) throws -> String {
    let cost = RunCost(
      imageSize: data.imageSize, trainingImages: data.trainingCount, testImages: data.testCount,
      classCount: data.classCount)
    let speed = try DeviceProbe.operationsPerSecond(options)
    return try DryRun(plan, cost: cost, operationsPerSecond: speed, options: options).text(
      json: json)
  }

  private func json(of records: [RunRecord]) -> String {
    let rows = records.map { record -> JSONValue in
      var members: [String: JSONValue] = [
        "setting": .string(record.setting), "method": .string(record.method),
        "protocol": .string(record.protocolName), "budget": .string(record.budget),
        "seed": .integer(Int(record.seeds["initialisation"] ?? 0)),
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
