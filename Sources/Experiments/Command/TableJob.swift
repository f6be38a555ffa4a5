import Foundation
import NeuralNet
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
  private let data: DataSource
  private let options: RunOptions

  /// Loads the data and plans the runs. Under `equal`, methods whose trials are finished take the best weight.
  public init(
    _ request: TableRequest, _ purpose: Purpose = .cells, dataDirectory: String?,
    options: RunOptions
  ) throws {
    self.options = options
    let selection = request.selection
    let whole = try DataSource(
      selection.budget, directory: dataDirectory.map { URL(fileURLWithPath: $0) })
    let tuning = whole.forTuning()
    switch purpose {
    case .trials:
      guard selection.trainingProtocol == .equal else {
        throw UsageError("weights are tuned for the equal protocol; released takes the authors'")
      }
      data = tuning
      plan = TablePlan(trialsOf: selection, data: tuning.reference)
      guard !plan.runs.isEmpty else {
        throw UsageError("none of these methods has a weight to tune")
      }
    case .cells:
      data = whole
      plan = TablePlan(
        selection, data: whole.reference,
        weights: try TunedWeights.find(for: selection, data: tuning.reference, options))
    }
    if let file = selection.teacherFile {
      let classes = try ModelCheckpoint(contentsOf: file.url).network.classCount
      guard classes == data.training.classCount else {
        throw UsageError(
          "the teacher \(file.url.path) has \(classes) classes, the images have "
            + "\(data.training.classCount)")
      }
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
      print(json ? Self.json(records) : TableText(records).text)
      if !diverged.isEmpty { throw DivergedRuns(sentences: diverged) }
    }
  }

  /// The runs with their cost, and the hours that they would take on this device.
  public func dryRun(json: Bool) throws -> String {
    let cost = RunCost(
      imageSize: ImageSize(height: data.training.height, width: data.training.width),
      trainingImages: data.training.count, testImages: data.test.count,
      classCount: data.training.classCount)
    let speed = try DeviceProbe.operationsPerSecond(options)
    return try DryRun(plan, cost: cost, operationsPerSecond: speed, options: options).text(
      json: json)
  }

  private static func json(_ records: [RunRecord]) -> String {
    let rows = records.map { record -> JSONValue in
      .object([
        "setting": .string(record.setting), "method": .string(record.method),
        "protocol": .string(record.protocolName), "budget": .string(record.budget),
        "seed": .integer(Int(record.seeds["initialisation"] ?? 0)),
        "top1_error_last": record.last.map { .number($0.top1Error) } ?? .null,
        "top5_error_last": record.last.map { .number($0.top5Error) } ?? .null,
        "top1_error_best_on_test": record.best.map { .number($0.top1Error) } ?? .null,
      ])
    }
    return JSONValue.array(rows).indented
  }
}
