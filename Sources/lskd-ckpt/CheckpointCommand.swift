import ArgumentParser
import CheckpointFormat
import Foundation

struct CheckpointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lskd-ckpt",
    abstract: "Looks into .lskd checkpoints.",
    subcommands: [Inspect.self, Verify.self, Strip.self])
}

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the header and the tensors with their sizes.")

  @Argument(help: "A .lskd file.")
  var file: String

  func run() throws {
    let reader = try CheckpointReader(contentsOf: URL(fileURLWithPath: file))
    print("format \(reader.formatVersion), \(reader.fileBytes) bytes, digest \(reader.digest)")
    for (key, value) in reader.metadata.sorted(by: { $0.key < $1.key }) {
      print("\(key): \(value)")
    }
    for entry in reader.entries {
      let ratio = entry.storedBytes > 0 ? Double(entry.byteCount) / entry.storedBytes : 0
      print(
        "\(entry.section.rawValue)/\(entry.name) \(entry.elementType.rawValue) \(entry.shape) "
          + "\(entry.byteCount) bytes, "
          + (entry.isShared ? "shared" : String(format: "ratio %.3f", ratio)))
    }
  }
}

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reads everything and compares checksums and the digest of the file.")

  @Argument(help: "A .lskd file.")
  var file: String

  func run() throws {
    let reader = try CheckpointReader(contentsOf: URL(fileURLWithPath: file))
    try reader.verify()
    print("\(file) is intact: \(reader.entries.count) tensors, digest \(reader.digest)")
  }
}

struct Strip: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a copy with the model section only.")

  @Argument(help: "A .lskd file.")
  var file: String

  @Argument(help: "The file to write.")
  var output: String

  func run() throws {
    let checkpoint = try Checkpoint(contentsOf: URL(fileURLWithPath: file), sections: [.model])
    try checkpoint.write(to: URL(fileURLWithPath: output))
  }
}
