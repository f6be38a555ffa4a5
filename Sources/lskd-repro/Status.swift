import ArgumentParser
import Experiments
import Foundation
import ProgramSupport

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Which runs are done, running, dead or missing, and what is left to do.")

  @Option(help: "Directory of the run folders.")
  var runs = "runs"

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    Console.print(try RunDirectory.status(under: URL(fileURLWithPath: runs), json: json))
  }
}
