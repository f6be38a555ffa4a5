import ArgumentParser
import SuiteVersion

struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lskd-eval",
    abstract: "Measures checkpoints and results of any origin.",
    version: Suite.version,
    subcommands: [CheckpointErrors.self, Predict.self, Detections.self, Segmentation.self],
    defaultSubcommand: CheckpointErrors.self)
}
