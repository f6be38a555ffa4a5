import ArgumentParser
import Experiments
import Foundation
import ProgramSupport

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Which runs are done, running, dead or missing, and what is left to do.",
    discussion: "Ends with exit code 1 where a record cannot be read.")

  @Option(help: "Directory of the run folders.")
  var runs = "runs"

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let status = try RunDirectory.status(under: URL(fileURLWithPath: runs), json: json)
    Console.print(status.text)
    guard status.isWhole else { throw ExitCode.failure }
  }
}
