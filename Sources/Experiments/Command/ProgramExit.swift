import Results

/// The exit codes of the programs that run experiments.
public enum ProgramExit {
  /// 2 for a request that makes no sense, 130 for a stop on request, 1 for any other failure.
  public static func code(_ error: any Error) -> Int32 {
    switch error {
    case is UsageError: 2
    case is InterruptedTable: 130
    default: 1
    }
  }
}

/// A table stopped on request.
public struct InterruptedTable: Error, CustomStringConvertible {
  /// Where the state is and how to go on.
  public let description: String
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
