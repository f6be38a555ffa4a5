import ArgumentParser

struct Repro: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lskd-repro",
    abstract: "Reruns the tables of the LONDON paper and writes reports.",
    subcommands: [
      Table1.self, Table2.self, Table4.self, Table5.self, Table6.self, Figure2.self, Methods.self,
      Tune.self,
      ReportCommand.self, Doctor.self,
    ])
}
