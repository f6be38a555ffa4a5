import ArgumentParser
import SuiteVersion

struct Repro: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lskd-repro",
    abstract: "Reruns the tables of the LONDON paper and writes reports.",
    discussion: "lskd-repro TABLE runs a table:\n\n\(RunTable.summaries)",
    version: Suite.version,
    subcommands: [
      RunTable.self, Tune.self, Methods.self, ReportCommand.self, Claims.self,
      Verify.self, Status.self, Merge.self, Plan.self, Lipschitz.self, Doctor.self,
    ],
    defaultSubcommand: RunTable.self)
}
