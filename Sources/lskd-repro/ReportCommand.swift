import ArgumentParser
import Experiments
import Foundation
import ProgramSupport

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes Reports/README.md, the verdict, and a page for every table.",
    discussion: """
      A function of the records under --runs alone: each page with a JSON twin and its runs as CSV. Partial, doubled and \
      edited records are named and count nowhere. --export writes the records to files of their own, without checkpoints, \
      of which --runs makes the same reports on any machine.
      """)

  @Option(help: "Directory of the run folders, or of records that were exported.")
  var runs = "runs"

  @Option(help: "Directory for the reports.")
  var output = "Reports"

  @Option(help: "Write everything as one HTML file that needs no other, too.")
  var html: String?

  @Option(help: "Write the records to this directory instead of any report.")
  var export: String?

  func run() throws {
    let job = try ReportJob(runs: URL(fileURLWithPath: runs))
    var files: [URL]
    if let export {
      files = try job.export(to: URL(fileURLWithPath: export))
    } else {
      files = try job.write(to: URL(fileURLWithPath: output))
    }
    if let html {
      let file = URL(fileURLWithPath: html)
      try job.writeHTML(to: file)
      files.append(file)
    }
    for file in files { Console.print(file.path) }
    for sentence in job.excluded { Console.warn("does not count: \(sentence)") }
    for sentence in job.unreadable { Console.warn("not in the reports: \(sentence)") }
    if !job.unreadable.isEmpty { throw ExitCode.failure }
  }
}
