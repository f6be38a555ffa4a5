import DurableFiles
import Foundation
import JSON

/// Which records count: what is partial, edited, doubled or of another layout is named and left out.
public struct Screening: Sendable {
  /// A record that does not count.
  public struct Exclusion: Sendable {
    /// The record.
    public let record: RunRecord
    /// Why, as a clause.
    public let reason: String

    /// The record and the reason, without the name of its folder, which says nothing.
    public var sentence: String {
      "\(record.table) \(record.setting) \(record.method), \(record.protocolName), \(record.budget), seed "
        + "\(record.rootSeed), run \(record.configurationHash.prefix(12)): \(reason)"
    }
  }

  /// Those that count.
  public let records: [RunRecord]
  /// Those that do not, in an order that depends on nothing but them.
  public let excluded: [Exclusion]

  /// Screens records in any order.
  public init(_ all: [RunRecord]) {
    var (kept, excluded): ([RunRecord], [Exclusion]) = ([], [])
    for record in all {
      if let fault = record.fault {
        excluded.append(Exclusion(record: record, reason: fault))
      } else {
        kept.append(record)
      }
    }
    let runs = Dictionary(grouping: kept) { Run($0) }
    var single: [RunRecord] = []
    for own in runs.values {
      let (one, others) = Self.single(own)
      single += one
      excluded += others
    }
    let cells = Dictionary(grouping: single) { Cell($0) }
    var counted: [RunRecord] = []
    for own in cells.values {
      let changed = own.filter { $0.suite.dirty && $0.status == .finished }
      // Where nothing else is there, the page says of what program its numbers are.
      guard own.contains(where: { !$0.suite.dirty && $0.status == .finished }) else {
        counted += own
        continue
      }
      counted += own.filter { !($0.suite.dirty && $0.status == .finished) }
      excluded += changed.map {
        Exclusion(
          record: $0,
          reason: "made by a program with local changes, beside runs of one without")
      }
    }
    records = counted.sorted { $0.identity.lexicographicallyPrecedes($1.identity) }
    self.excluded = excluded.sorted { $0.sentence < $1.sentence }
  }

  /// One training: a configuration with the teacher's checkpoint.
  private struct Run: Hashable {
    let hash: String
    let teacher: String
    let isMissing: Bool

    init(_ record: RunRecord) {
      hash = record.configurationHash
      teacher = record.teacher?.checkpointHash ?? ""
      isMissing = record.status == .missing
    }
  }

  /// What stands in one place of a table.
  private struct Cell: Hashable {
    let names: [String]

    init(_ record: RunRecord) {
      names = [
        record.table, record.setting, record.subject.name, record.protocolName, record.budget,
        record.dataset,
      ]
    }
  }

  /// Of several records of one training the one that counts: equal ones are one, and of unequal finished ones none is to be
  /// believed.
  private static func single(_ own: [RunRecord]) -> ([RunRecord], [Exclusion]) {
    guard own.count > 1 else { return (own, []) }
    let ordered = own.sorted { $0.text < $1.text }
    let finished = ordered.filter { $0.status == .finished }
    guard let first = finished.first else {
      // The one that came furthest.
      let most = ordered.map(\.epochs.count).max()
      let best = ordered.first { $0.epochs.count == most }
      return (best.map { [$0] } ?? [], [])
    }
    if finished.allSatisfy({ $0.hasResult(of: first) }) { return ([first], []) }
    return (
      [],
      finished.map {
        Exclusion(record: $0, reason: "two records of one run have different results")
      }
    )
  }
}

extension RunRecord {
  /// A text that tells records apart wherever they lie.
  fileprivate var text: String {
    identity.joined(separator: "\n") + "\n\(heartbeat)\n\(wallSeconds)\n\(suite.commit)"
  }

  fileprivate var identity: [String] {
    [
      table, setting, method, protocolName, budget, String(rootSeed), configurationHash,
      teacher?.checkpointHash ?? "", status.rawValue, last?.sha256 ?? "",
    ]
  }

  fileprivate func hasResult(of other: RunRecord) -> Bool {
    last?.measures == other.last?.measures && epochs.map(\.measures) == other.epochs.map(\.measures)
  }

  /// What keeps the record from being counted, whatever lies beside it; nil for nothing.
  public var fault: String? {
    if schemaVersion != Self.currentSchema {
      return "its layout is \(schemaVersion), this suite counts those of \(Self.currentSchema)"
    }
    guard status != .missing else { return nil }
    if Digest.sha256(Data(configuration.canonical.utf8)) != configurationHash {
      return "its configuration was changed: the hash is another one"
    }
    guard status == .finished else { return nil }
    guard let last, let end = epochs.last else { return "finished without a result" }
    if epochs.map(\.epoch) != Array(0..<epochs.count) || last.epoch != end.epoch {
      return
        "its epochs are not whole: \(epochs.count) of them, the last checkpoint of epoch \(last.epoch + 1)"
    }
    if let planned = configuration["recipe"]?["epochs"]?.integer, planned != epochs.count {
      return "it has \(epochs.count) of \(planned) epochs and says that it is finished"
    }
    if last.measures != end.measures {
      return "its result is not that of its last epoch: it was edited"
    }
    return evaluationFault(last)
  }

  private func evaluationFault(_ last: CheckpointReference) -> String? {
    guard let evaluation, let error = last.measures[.top1Error] else { return nil }
    guard evaluation.isSound else {
      return "its evaluation does not hold one bit for each of its images"
    }
    guard evaluation.checkpoint == last.sha256 else {
      return "its evaluation is of another checkpoint"
    }
    let wrong = (0..<evaluation.images).count { !evaluation.isCorrect($0) }
    let own = Double(wrong) / Double(evaluation.images) * 100
    return abs(own - error) < 1e-9 * 100 + 0.5 / Double(evaluation.images)
      ? nil : "its single images do not add up to its result"
  }
}
