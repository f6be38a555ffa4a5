import ArgumentParser

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lskd-data",
    abstract: "Lists, verifies and synthesizes data sets.",
    subcommands: [List.self, Verify.self, Synthesize.self])
}
