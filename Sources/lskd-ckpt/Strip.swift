import ArgumentParser
import CheckpointFormat
import Foundation

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
