import ArgumentParser
import Experiments
import Foundation
import ProgramSupport

struct Claims: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What the paper claims, and what the runs at hand say of it.",
    discussion: """
      Every claim with its estimate, 95 % interval, blocks, teachers, verdict and the command that makes its evidence. \
      Verdicts: reproduced, refuted, equivalent, undecided, not run, not comparable.
      """)

  @Option(
    help:
      "Directory of the run folders, or of records that were exported (default: runs, if it is there)."
  )
  var runs: String?

  @Flag(help: "Print the ledger as JSON, with the rule that decides each claim.")
  var json = false

  func run() throws {
    let job = try ReportJob(runs: URL(fileURLWithPath: runs ?? "runs"), needsRuns: runs != nil)
    Console.print(json ? job.ledger.json : job.ledger.text)
    for sentence in job.excluded { Console.warn("does not count: \(sentence)") }
    for sentence in job.unreadable { Console.warn("cannot be read: \(sentence)") }
  }
}
