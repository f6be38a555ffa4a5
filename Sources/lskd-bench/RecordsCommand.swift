import ArgumentParser
import Benchmarks
import ProgramSupport

struct RecordsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "records",
    abstract: "Writes many run folders and measures how long their report takes.")

  @Option(help: "Run folders.")
  var folders = 10_000

  @Option(help: "Epochs of every run.")
  var epochs = 30

  func run() throws {
    Console.print(try RecordsBenchmark(folders: folders, epochs: epochs).run())
  }
}
