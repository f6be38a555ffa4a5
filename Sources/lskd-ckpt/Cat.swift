import ArgumentParser
import CheckpointFormat
import Foundation
import ProgramSupport

struct Cat: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints one tensor's elements, one per line; reads nothing else of the file.")

  @Argument(help: "A .lskd file.")
  var file: String

  @Argument(help: "Name of the tensor.")
  var tensor: String

  @Option(help: "Section: \(SectionKind.allCases.map(\.rawValue).joined(separator: ", ")).")
  var section = SectionKind.model.rawValue

  @Flag(help: "Print the bytes as they are stored in memory, little-endian.")
  var raw = false

  func run() throws {
    guard let kind = SectionKind(rawValue: section) else {
      throw ValidationError("there is no section \"\(section)\"")
    }
    let reader = try CheckpointReader(contentsOf: URL(fileURLWithPath: file))
    let found = try reader.tensor(tensor, in: kind)
    guard !raw else { return Console.write(found.bytes) }
    for element in found.elements { Console.print("\(element)") }
  }
}
