import Results
import UserErrors

/// A table stopped on request.
struct InterruptedTable: ErrorWithExitCode, CustomStringConvertible {
  /// Where the state is and how to go on.
  let description: String
  var exitCode: Int32 { 130 }
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
