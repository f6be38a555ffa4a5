import ArgumentParser

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lskd-data",
    abstract: "Lists, fetches, verifies and synthesizes data sets.",
    subcommands: [List.self, Fetch.self, Verify.self, Synthesize.self])
}
