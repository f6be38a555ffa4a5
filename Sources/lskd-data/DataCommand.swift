import ArgumentParser
import SuiteVersion

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lskd-data",
    abstract: "Lists, fetches, verifies and synthesizes data sets.",
    version: Suite.version,
    subcommands: [List.self, Fetch.self, Verify.self, Synthesize.self])
}
