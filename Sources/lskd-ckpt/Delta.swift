import ArgumentParser
import CheckpointFormat
import Foundation

struct Delta: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Stores a checkpoint as its difference from another one.")

  @Argument(help: "A .lskd file.")
  var file: String

  @Argument(help: "The file to write.")
  var output: String

  @Option(help: "The .lskd file that will be there when the difference is restored.")
  var base: String

  func run() throws {
    let checkpoint = try Checkpoint(contentsOf: URL(fileURLWithPath: file))
    try checkpoint.delta(from: URL(fileURLWithPath: base)).write(to: URL(fileURLWithPath: output))
  }
}
