import ArgumentParser
import ProgramSupport
import SuiteVersion

struct CheckpointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lskd-ckpt",
    abstract: "Looks into checkpoints and converts them.",
    discussion:
      "Reads .lskd, .safetensors and both forms of PyTorch's .pth; told by their content.",
    version: Suite.version,
    subcommands: [
      Inspect.self, Verify.self, Import.self, Export.self, Diff.self, Strip.self, Delta.self,
      Restore.self, Cat.self,
    ])
}

/// Says on standard error what a user should know; standard output is for results.
func note(_ text: String) {
  Console.warn("note: \(text)")
}
