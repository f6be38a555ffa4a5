import ArgumentParser
import Experiments
import Foundation

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes Reports/<table>.md and its JSON twin from the run folders alone.")

  @Option(help: "Directory of the run folders.")
  var runs = "runs"

  @Option(help: "Directory for the reports.")
  var output = "Reports"

  func run() throws {
    let files = try ReportJob.write(
      runs: URL(fileURLWithPath: runs), output: URL(fileURLWithPath: output))
    for file in files { print(file.path) }
  }
}
