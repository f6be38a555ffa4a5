import ArgumentParser

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lskd-bench",
    abstract: "Measures the speed of training steps and of the loader on this machine.",
    subcommands: [StepCommand.self, LoaderCommand.self, LeakCommand.self])
}
