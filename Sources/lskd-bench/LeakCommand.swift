import ArgumentParser
import Benchmarks
import ProgramSupport

struct LeakCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leak",
    abstract: "Trains many small steps and counts handles and memory.",
    discussion: "Fails when a live tensor or resident memory is left behind.")

  @Option(help: "Steps.")
  var steps = 1_000

  func run() throws {
    Console.print(try LeakCheck(steps: steps).run())
  }
}
