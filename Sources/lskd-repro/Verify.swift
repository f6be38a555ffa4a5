import ArgumentParser
import Experiments
import Foundation
import ProgramSupport

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Holds run folders against themselves and against the suite.",
    discussion: """
      Digests of checkpoints, completeness and order of events, doubled runs, configurations against today's recipes, and \
      what the runs of a table were not made with alike. --measure evaluates the checkpoints of classifiers anew. The exit \
      code is 1 where a run is at fault.
      """)

  @Argument(help: "Run folders (default: all under --runs).")
  var folders: [String] = []

  @Option(help: "Directory of the run folders, or of records that were exported.")
  var runs = "runs"

  @Flag(help: "Evaluate checkpoints anew and compare the errors.")
  var measure = false

  @Option(help: "Directory of the images for --measure (default: what the checkpoints name).")
  var data: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let verification = try RunVerification(
      folders.map { URL(fileURLWithPath: $0) }, under: URL(fileURLWithPath: runs),
      measuring: measure, data: data.map { URL(fileURLWithPath: $0) })
    Console.print(json ? verification.json : verification.text)
    if !verification.isSound { throw ExitCode.failure }
  }
}
