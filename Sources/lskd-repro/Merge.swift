import ArgumentParser
import Experiments
import Foundation
import ProgramSupport

struct Merge: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Brings run folders from other machines into --runs.",
    discussion: """
      Finished runs are copied, those that are there already are passed over, and nothing is written over: runs that differ, \
      are damaged or are not finished are named, and the exit code is 1.
      """)

  @Argument(help: "Directories of run folders, or of records that were exported.")
  var directories: [String]

  @Option(help: "Directory that takes them.")
  var runs = "runs"

  func run() throws {
    let (text, conflicts) = try RunDirectory.merge(
      directories.map { URL(fileURLWithPath: $0) }, into: URL(fileURLWithPath: runs))
    Console.print(text)
    for sentence in conflicts { Console.warn(sentence) }
    if !conflicts.isEmpty { throw ExitCode.failure }
  }
}
