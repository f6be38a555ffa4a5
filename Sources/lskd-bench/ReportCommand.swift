import ArgumentParser
import Benchmarks
import ProgramSupport

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes many run folders and measures how long their report takes.")

  @Option(help: "Run folders.")
  var folders = 10_000

  @Option(help: "Epochs of every run.")
  var epochs = 30

  func run() throws {
    Console.print(try ReportBenchmark(folders: folders, epochs: epochs).run())
  }
}
