import ArgumentParser
import Benchmarks
import Foundation
import PlaceArguments
import ProgramSupport

struct MemoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memory", abstract: "Memory and time of a training step of one network.")

  @Option(help: "Name of the network.")
  var network = "pyramidnet-200-240-bottleneck"

  @Option(help: "Images per step.")
  var batch = 64

  @Option(help: "Measured steps.")
  var steps = 1

  @OptionGroup var place: PlaceOptions

  func validate() throws {
    guard (2...4096).contains(batch), (1...10_000).contains(steps) else {
      throw ValidationError("--batch takes 2 to 4096 and --steps 1 to 10000")
    }
  }

  func run() throws {
    Console.print(
      try MemoryBenchmark.run(
        network: network, batch: batch, steps: steps, place: try place.prepared()))
  }
}
