public import Foundation
import JSON

/// Where the runs of a directory stand, and what is left to do.
public struct RunStatus: Sendable {
  /// Where a run stands.
  public enum State: String, Sendable, CaseIterable {
    /// Finished.
    case done
    /// A process has its folder.
    case running
    /// Its record says that it runs, and no process has its folder.
    case dead
    /// Stopped on request.
    case interrupted
    /// Stopped by an error.
    case failed
    /// The loss left the numbers: a result.
    case diverged
    /// Asked for and not begun.
    case missing
  }

  /// A run with its state.
  public struct Row: Sendable {
    /// The record.
    public let record: RunRecord
    /// Where it stands.
    public let state: State
    /// Operations that are left; nil where the record does not know its cost.
    public let operationsLeft: Double?
  }

  /// All runs, by table, setting, method and block.
  public let rows: [Row]
  /// A sentence for each record that cannot be read.
  public let unreadable: [String]
  /// Operations per second of the finished runs; nil where none knows its cost.
  public let operationsPerSecond: Double?

  /// Looks at every run folder under `runs`, and at what was asked for.
  public init(under runs: URL) throws {
    let collection = try RunCollection(under: runs)
    unreadable = collection.unreadable.map(\.description)
    let asked = RunRecord.missing(
      try RunRequests.read(under: runs) + collection.records.filter { $0.status == .missing },
      among: collection.records.filter { $0.status != .missing })
    let found = collection.entries.filter { $0.record.status != .missing }.map { entry in
      Row(entry.record, Self.state(entry))
    }
    rows = (found + asked.map { Row($0, .missing) }).sorted {
      $0.key.lexicographicallyPrecedes($1.key)
    }
    let timed = rows.filter {
      $0.state == .done && $0.record.operations != nil && $0.record.wallSeconds > 0
    }
    let seconds = timed.reduce(0) { $0 + $1.record.wallSeconds }
    operationsPerSecond =
      seconds > 0 ? timed.reduce(0) { $0 + ($1.record.operations ?? 0) } / seconds : nil
  }

  private static func state(_ entry: RunCollection.Entry) -> State {
    switch entry.record.status {
    case .finished: .done
    case .running: RunFolder.isClaimed(entry.place) ? .running : .dead
    case .interrupted: .interrupted
    case .failed: .failed
    case .diverged: .diverged
    case .missing: .missing
    }
  }
}

extension RunStatus.Row {
  fileprivate init(_ record: RunRecord, _ state: RunStatus.State) {
    self.record = record
    self.state = state
    let epochs = record.configuration["recipe"]?["epochs"]?.integer ?? 0
    let isSettled = state == .done || state == .diverged
    let share =
      state != .missing && epochs > 0
      ? Double(max(0, epochs - record.epochs.count)) / Double(epochs) : 1
    operationsLeft = isSettled ? 0 : record.operations.map { $0 * share }
  }

  fileprivate var key: [String] {
    [record.table, record.setting, record.budget, record.method]
      + [String(format: "%020llu", record.rootSeed), record.configurationHash]
  }
}

extension RunStatus {
  /// Operations that are left over all runs that know theirs.
  private var operationsLeft: Double { rows.reduce(0) { $0 + ($1.operationsLeft ?? 0) } }

  /// How many runs are in which state, those that are not done one by one, and what is left.
  public var text: String {
    var counts = TextTable(["table", "budget"] + State.allCases.map(\.rawValue))
    for (key, own) in Dictionary(grouping: rows, by: { [$0.record.table, $0.record.budget] })
      .sorted(by: { $0.key.lexicographicallyPrecedes($1.key) })
    {
      counts.add(key + State.allCases.map { state in "\(own.count { $0.state == state })" })
    }
    var open = TextTable([
      "run", "seed", "state", "epochs", "last sign of life", "TFLOP left", "why",
    ])
    for row in rows where row.state != .done {
      let record = row.record
      open.add([
        "\(record.table) \(record.setting) \(record.method) \(record.budget)",
        "\(record.rootSeed)", row.state.rawValue, "\(record.epochs.count)", record.heartbeat,
        row.operationsLeft.map { String(format: "%.1f", $0 / 1e12) } ?? "-", record.message ?? "",
      ])
    }
    return counts.text + (open.isEmpty ? "" : "\n" + open.text)
      + unreadable.map { "\ncannot be read: \($0)\n" }.joined() + "\n" + remainder
  }

  private var remainder: String {
    let unknown = rows.count { $0.operationsLeft == nil }
    return String(format: "left: %.1f TFLOP", operationsLeft / 1e12)
      + (operationsPerSecond.map {
        String(format: ", %.2f hours at the pace of the finished runs", operationsLeft / $0 / 3600)
      } ?? "")
      + (unknown > 0 ? ", and \(unknown) runs whose cost is not known" : "")
  }

  /// The same for programs.
  public var json: String {
    JSONValue.object([
      "runs": .array(
        rows.map { row in
          .object([
            "table": .string(row.record.table), "setting": .string(row.record.setting),
            "method": .string(row.record.method), "budget": .string(row.record.budget),
            "protocol": .string(row.record.protocolName),
            "seed": JSONValue(exactly: row.record.rootSeed),
            "run": .string(row.record.configurationHash), "state": .string(row.state.rawValue),
            "epochs": .integer(row.record.epochs.count),
            "heartbeat": .string(row.record.heartbeat),
            "flop_left": .number(orNull: row.operationsLeft),
            "message": row.record.message.map { .string($0) } ?? .null,
          ])
        }),
      "unreadable": .array(unreadable.map { .string($0) }),
      "flop_left": .number(operationsLeft), "flop_per_second": .number(orNull: operationsPerSecond),
    ]).indented
  }
}
