import ArgumentParser
import Experiments
import Foundation
import ProgramSupport

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes Reports/<table>.md and its JSON twin from the run folders alone.")

  @Option(help: "Directory of the run folders.")
  var runs = "runs"

  @Option(help: "Directory for the reports.")
  var output = "Reports"

  func run() throws {
    let (files, unreadable) = try ReportJob.write(
      runs: URL(fileURLWithPath: runs), output: URL(fileURLWithPath: output))
    for file in files { Console.print(file.path) }
    for sentence in unreadable { Console.warn("not in the reports: \(sentence)") }
    if !unreadable.isEmpty { throw ExitCode.failure }
  }
}
