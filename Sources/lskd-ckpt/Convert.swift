import ArgumentParser
import CheckpointFormat
import Foundation
import Interchange

struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes a .lskd file from a .safetensors or .pth file.",
    discussion:
      "With --architecture and --classes the result can be evaluated and used as a teacher.")

  @Argument(help: "A file of weights; its content tells the format.")
  var file: String

  @Argument(help: "The .lskd file to write.")
  var output: String

  @Option(help: "The key of a .pth file's dictionary under which the state dict lies.")
  var key: String?

  @Option(help: "Name of the network, such as wrn-28-4.")
  var architecture: String?

  @Option(help: "Number of classes.")
  var classes: Int?

  func validate() throws {
    if let classes, !ModelHeader.classLimit.contains(classes) {
      throw ValidationError(
        "--classes takes 1 to \(ModelHeader.classLimit.upperBound), not \(classes)")
    }
  }

  func run() throws {
    var checkpoint = try WeightFile.read(URL(fileURLWithPath: file), key: key)
    checkpoint.metadata["kind"] = "model"
    if let architecture { checkpoint.metadata["architecture"] = architecture }
    if let classes { checkpoint.metadata["classes"] = String(classes) }
    try WeightFile.write(checkpoint, to: URL(fileURLWithPath: output), as: .lskd)
    print("\(output): \(checkpoint.sections[.model]?.count ?? 0) tensors")
  }
}

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes the model of a checkpoint as .safetensors, .pth or .lskd.")

  @Argument(help: "A file of weights.")
  var file: String

  @Argument(help: "The file to write; its ending tells the format.")
  var output: String

  func run() throws {
    guard let format = WeightFile.Format(fileName: output) else {
      throw ValidationError(
        "\(output) must end in .lskd, .safetensors, .pth or .pt, which tells the format")
    }
    let checkpoint = try WeightFile.read(URL(fileURLWithPath: file))
    try WeightFile.write(checkpoint, to: URL(fileURLWithPath: output), as: format)
    print("\(output): \(checkpoint.sections[.model]?.count ?? 0) tensors")
  }
}

struct Strip: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a copy with the model section only.")

  @Argument(help: "A .lskd file.")
  var file: String

  @Argument(help: "The file to write.")
  var output: String

  @Option(help: "Store float32 as float16 or bfloat16; the header marks the file as lossy.")
  var lossy: String?

  func run() throws {
    var checkpoint = try Checkpoint(contentsOf: URL(fileURLWithPath: file), sections: [.model])
    if let lossy {
      guard let type = ElementType(rawValue: lossy), type == .float16 || type == .bfloat16 else {
        throw ValidationError("--lossy takes float16 or bfloat16, not \(lossy)")
      }
      checkpoint = checkpoint.rounded(to: type)
    }
    try checkpoint.write(to: URL(fileURLWithPath: output))
  }
}
