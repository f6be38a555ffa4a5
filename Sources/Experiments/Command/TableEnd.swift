import UserErrors

/// A table stopped on request.
struct InterruptedTable: ErrorWithExitCode, CustomStringConvertible {
  /// Where the state is and how to go on.
  let description: String
  var exitCode: Int32 { 130 }
}

/// Runs of a table that diverged; the others are done.
struct DivergedRuns: Error, CustomStringConvertible {
  let sentences: [String]

  var description: String {
    "\(sentences.count) of the runs diverged and are left out:\n"
      + sentences.joined(separator: "\n")
  }
}
