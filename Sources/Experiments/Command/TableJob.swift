import Foundation
import NeuralNet
import Results
import Training

/// A table from request to printed result.
public struct TableJob {
  private let request: TableRequest
  private let plan: TablePlan
  private let data: DataSource
  private let options: RunOptions

  /// Loads the data and plans the runs.
  public init(_ request: TableRequest, dataDirectory: String?, options: RunOptions) throws {
    self.request = request
    self.options = options
    data = try DataSource(
      request.selection.budget, directory: dataDirectory.map { URL(fileURLWithPath: $0) })
    plan = TablePlan(table: request.table, request.selection, data: data.reference)
  }

  /// Trains what is missing and returns the table as text or JSON.
  public func run(json: Bool) throws -> String {
    let stop = StopRequest()
    let watch = stop.onSignals()
    defer { withExtendedLifetime(watch) {} }
    switch try TableRunner(plan, data: data, options: options).run(stop: stop) {
    case .interrupted(let folder):
      throw InterruptedTable(
        description: "stopped on request; the state is in \(folder)/resume.lskd under "
          + "\(options.runs.path), and the same command goes on from there")
    case .finished(let records):
      return json ? Self.json(records) : TableText(records).text
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
