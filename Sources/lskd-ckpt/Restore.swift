import ArgumentParser
import CheckpointFormat
import Foundation

struct Restore: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes a whole checkpoint from a difference and its base.")

  @Argument(help: "A file that lskd-ckpt delta wrote.")
  var file: String

  @Argument(help: "The file to write.")
  var output: String

  @Option(help: "The file that the difference was made from.")
  var base: String

  func run() throws {
    let delta = try Checkpoint(contentsOf: URL(fileURLWithPath: file), asDelta: true)
    try delta.restored(from: URL(fileURLWithPath: base)).write(to: URL(fileURLWithPath: output))
  }
}
