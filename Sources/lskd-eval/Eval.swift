import ArgumentParser

struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lskd-eval",
    abstract: "Measures checkpoints and results of any origin.",
    subcommands: [CheckpointErrors.self, Predict.self, Detections.self, Segmentation.self],
    defaultSubcommand: CheckpointErrors.self)
}
