import ArgumentParser
import CheckpointFormat
import Foundation
import Interchange
import ModelZoo
import ProgramSupport

struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes a .lskd file from a .safetensors or .pth file.",
    discussion: """
      With --architecture and --classes the result can be evaluated and used as a teacher; the names and \
      shapes are then compared with those of the network. Prefixes of wrappers (module., _orig_mod., \
      model., net.) are left out.
      """)

  @Argument(help: "A file of weights; its content tells the format.")
  var file: String

  @Argument(help: "The .lskd file to write.")
  var output: String

  @Option(help: "The keys that lead to the state dict in a .pth file, as in a.b.")
  var key: String?

  @Option(help: "Name of the network, such as wrn-28-4.")
  var architecture: String?

  @Option(help: "Number of classes.")
  var classes: Int?

  @Option(
    help: ArgumentHelp(
      "Another name for tensors: a beginning, as in linear=fc, or an expression, as in '/^layer(\\d)/=block$1'; may be repeated.",
      valueName: "from=to"))
  var rename: [String] = []

  func validate() throws {
    guard (architecture == nil) == (classes == nil) else {
      throw ValidationError("--architecture and --classes belong together")
    }
    if let classes, !ModelHeader.classLimit.contains(classes) {
      throw ValidationError(
        "--classes takes 1 to \(ModelHeader.classLimit.upperBound), not \(classes)")
    }
  }

  func run() throws {
    var reading = WeightFile.Reading(key: key)
    for text in rename { reading.renamings.append(try asUsage { try TensorRenaming(text) }) }
    let network = try self.network()
    reading.expected = try network?.expectedState()
    let content = try WeightFile.read(URL(fileURLWithPath: file), reading)
    content.naming.notes.forEach { note("\(file): \($0)") }
    for tensor in content.tensors where !tensor.nonFiniteCount.isZero {
      let count = tensor.nonFiniteCount
      note("\(file): \(tensor.name) holds \(count.nan) NaN and \(count.infinite) infinite elements")
    }
    var checkpoint = content.checkpoint
    checkpoint.metadata["kind"] = "model"
    if let network {
      let header = ModelHeader(
        architecture: network.architecture.description, classes: network.classCount, pipeline: nil)
      checkpoint.metadata.merge(header.metadata) { $1 }
    }
    try WeightFile.write(checkpoint, to: URL(fileURLWithPath: output), as: .lskd)
    Console.print("\(output): \(content.tensors.count) tensors")
  }

  private func network() throws -> NetworkDescription? {
    guard let architecture, let classes else { return nil }
    let found = try asUsage { try Architecture(architecture) }
    return NetworkDescription(found, classCount: classes)
  }

  /// A wrong option is a request that makes no sense, with its exit code.
  private func asUsage<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch { throw ValidationError("\(error)") }
  }
}
