import Foundation
import JSON
import Results

/// The runs of a plan with their cost.
struct DryRun {
  private struct Row {
    let run: RunPlan
    let operations: Double
    let isFinished: Bool
  }

  private let rows: [Row]
  /// Operations of what is to be done, of runs side by side.
  private let together: Double
  private let operationsPerSecond: Double
  private let device: String

  init(
    _ plan: TablePlan, cost: RunCost, operationsPerSecond: Double, options: RunOptions
  ) throws {
    rows = try plan.runs.map { run in
      Row(
        run: try run.withTeacher(in: options.runs), operations: try cost.operations(run),
        isFinished: try TableRunner.isFinished(run, options))
    }
    let open = Set(zip(plan.runs, rows).filter { !$1.isFinished }.map(\.0.hash))
    together = try plan.cohorts(atMost: options.largestCohort) { open.contains($0.hash) }
      .reduce(0) { try $0 + cost.operations(together: $1) }
    self.operationsPerSecond = operationsPerSecond
    device = options.place.device.description
  }

  private func hours(_ operations: Double) -> Double { operations / operationsPerSecond / 3600 }

  private var pending: Double { rows.reduce(0) { $0 + ($1.isFinished ? 0 : $1.operations) } }

  func text(json: Bool) -> String {
    guard !json else { return jsonText }
    var table = TextTable(["run", "network", "state", "TFLOP", "hours"])
    for row in rows {
      table.add([
        row.run.folderName, row.run.network.description, row.isFinished ? "finished" : "to do",
        String(format: "%.1f", row.operations / 1e12),
        String(format: "%.2f", hours(row.operations)),
      ])
    }
    return table.text
      + String(
        format:
          "to do: %.1f TFLOP with every run alone, about %.2f hours on %@; %.1f TFLOP side by side, about "
          + "%.2f hours (measured: %.1f GFLOP/s in training)",
        pending / 1e12, hours(pending), device, together / 1e12, hours(together),
        operationsPerSecond / 1e9)
  }

  private var jsonText: String {
    let list = rows.map { row -> JSONValue in
      .object([
        "run": .string(row.run.folderName), "network": .string(row.run.network.description),
        "finished": .bool(row.isFinished), "flop": .number(row.operations),
        "hours": .number(hours(row.operations)),
      ])
    }
    return JSONValue.object([
      "runs": .array(list), "flop_to_do": .number(pending), "hours_to_do": .number(hours(pending)),
      "flop_to_do_together": .number(together), "hours_to_do_together": .number(hours(together)),
      "flop_per_second": .number(operationsPerSecond), "device": .string(device),
    ]).indented
  }
}
