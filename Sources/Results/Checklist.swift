import Foundation
import Statistics

/// What checklists of reproducibility ask for, filled from records: nothing is ticked that no record tells.
public struct Checklist: Sendable {
  private let records: [RunRecord]

  /// Takes the records that count.
  public init(_ records: [RunRecord]) { self.records = records.filter { $0.status == .finished } }

  /// The questions with their answers.
  public var page: Page {
    Page(
      name: "checklist", title: "Checklists of reproducibility",
      blocks: [
        .paragraph(
          "Filled from the \(records.count) finished runs of these reports. Questions as in the ML code completeness "
            + "checklist and in conferences' checklists of reproducibility, in our words."),
        .heading(2, "Code completeness"), .table(completeness), .heading(2, "Experiments"),
        .table(experiments),
      ])
  }

  private var completeness: TextTable {
    var table = TextTable(["asked for", "answer"])
    table.add([
      "dependencies", "`make setup` installs them; libtorch \(set(\.environment.libtorch))",
    ])
    table.add(["training code", commands])
    table.add([
      "evaluation code",
      "`lskd-eval CHECKPOINT`; \(records.count { $0.evaluation != nil }) of \(records.count) runs are evaluated image by "
        + "image",
    ])
    table.add([
      "trained networks",
      "every run's checkpoint by SHA-256 in its record; those in `checkpoints/` are in the repository",
    ])
    table.add(["results with the commands that make them", "[the claims](README.md)"])
    return table
  }

  private var experiments: TextTable {
    var table = TextTable(["asked for", "answer"])
    let results = Dictionary(grouping: records.filter { $0.subject.role == .student }) {
      [$0.table, $0.budget]
    }
    let seeds = results.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, own in
      "\(key.joined(separator: " ")): up to \(Set(own.map(\.rootSeed)).count) seeds (\(list(Set(own.map(\.rootSeed)).sorted().map(String.init)))), "
        + "teachers: \(Set(own.compactMap { $0.teacher?.checkpointHash }).count)"
    }
    table.add(["repetitions", list(seeds, by: "; ")])
    table.add([
      "error bars",
      "95 % intervals of Student's t over blocks, and of the BCa bootstrap over blocks and test images; named where printed",
    ])
    table.add([
      "tests", "t, sign flips, TOST; Holm over all but one contrast that was named in advance",
    ])
    table.add([
      "hyper-parameters",
      "on each table's page under recipes; \(records.count { $0.subject.trial != nil }) trials of weights on held-out "
        + "training images are in these reports",
    ])
    table.add([
      "data",
      list(
        Set(
          records.map { "\($0.dataset), test \($0.datasetHashes["test"]?.prefix(12) ?? "unknown")" }
        )
        .sorted(), by: "; "),
    ])
    table.add([
      "machines",
      list(
        Set(
          records.map {
            "\($0.environment.cpuModel), \($0.environment.device), \($0.environment.precision)"
          }
        ).sorted(), by: "; "),
    ])
    let hours = records.map(\.wallSeconds).sorted().reduce(0, +) / 3600
    let operations = records.compactMap(\.operations).sorted().reduce(0, +) / 1e12
    table.add([
      "cost",
      String(format: "%.1f hours of training", hours)
        + (operations > 0
          ? String(format: ", %.0f TFLOP in the runs that count theirs", operations) : ""),
    ])
    table.add([
      "versions",
      "commits \(set { String($0.suite.commit.prefix(12)) + ($0.suite.dirty ? " with changes" : "") })",
    ])
    return table
  }

  private var commands: String {
    let all = Set(records.filter { $0.subject.role == .student }.map(\.command)).sorted()
    let shown = all.prefix(3).map { "`\($0)`" }
    return list(Array(shown)) + (all.count > 3 ? " and \(all.count - 3) more" : "")
  }

  private func set(_ value: (RunRecord) -> String) -> String {
    list(Set(records.map(value)).sorted())
  }

  private func list(_ values: [String], by separator: String = ", ") -> String {
    values.isEmpty ? "none" : values.joined(separator: separator)
  }
}
