import Results
public import UserErrors

/// A table stopped on request.
public struct InterruptedTable: ErrorWithExitCode, CustomStringConvertible {
  /// Where the state is and how to go on.
  public let description: String
  /// 130
  public var exitCode: Int32 { 130 }

  /// Says where the state is, if one run's was saved.
  public init(state: String? = nil) {
    description =
      state.map { "stopped on request; \($0), and the same command goes on from there" }
      ?? "stopped on request; the same command goes on"
  }
}

/// Runs of a table that diverged; the others are done.
struct DivergedRuns: Error, CustomStringConvertible {
  let records: [RunRecord]

  var description: String {
    let sentences = records.map { record in
      "\(record.setting) \(record.method) seed \(record.rootSeed): \(record.message ?? "")"
    }
    return "\(records.count) of the runs diverged:\n" + sentences.joined(separator: "\n")
  }
}
