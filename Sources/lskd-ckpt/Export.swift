import ArgumentParser
import CheckpointFormat
import Foundation
import Interchange
import ProgramSupport

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes the model of a checkpoint as .safetensors, .pth or .lskd.")

  @Argument(help: "A file of weights.")
  var file: String

  @Argument(help: "The file to write; its ending tells the format.")
  var output: String

  @Option(help: "The keys that lead to the state dict in a .pth file, as in a.b.")
  var key: String?

  func run() throws {
    guard let format = WeightFile.Format(fileName: output) else {
      throw ValidationError(
        "\(output) must end in .lskd, .safetensors, .pth or .pt, which tells the format")
    }
    let content = try WeightFile.read(URL(fileURLWithPath: file), .init(key: key))
    content.naming.notes.forEach { note("\(file): \($0)") }
    try WeightFile.write(content.checkpoint, to: URL(fileURLWithPath: output), as: format)
    Console.print("\(output): \(content.tensors.count) tensors")
  }
}
