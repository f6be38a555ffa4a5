import ArgumentParser
import Experiments
import Foundation

struct PlaceOptions: ParsableArguments {
  @Option(help: "Directory of the run folders.")
  var runs = "runs"

  @Option(help: "cpu, cuda or cuda:N.")
  var device = "cpu"

  @Option(help: "float32, or bfloat16 by autocast.")
  var precision = "float32"

  @Option(help: "Threads of an operation (default: libtorch's choice).")
  var threads: Int?

  func options() throws -> RunOptions {
    try RunOptions(
      runs: URL(fileURLWithPath: runs), device: device, precision: precision, threads: threads,
      command: CommandLine.arguments)
  }
}
