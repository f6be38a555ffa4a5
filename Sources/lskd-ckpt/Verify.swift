import ArgumentParser
import CheckpointFormat
import Foundation
import ProgramSupport

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reads everything and compares checksums and the digest of the file.")

  @Argument(help: "A .lskd file.")
  var file: String

  func run() throws {
    let reader = try CheckpointReader(contentsOf: URL(fileURLWithPath: file))
    try reader.verify()
    Console.print("\(file) is intact: \(reader.entries.count) tensors, digest \(reader.digest)")
  }
}
