import ArgumentParser
import Experiments
import Foundation
import ProgramSupport

struct StepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step",
    abstract: "Training steps of setting c: the released algorithm beside the default one.",
    discussion: """
      Interleaved in one run. "released": contiguous memory, teacher in train mode, ten differentiated \
      power steps through G G^T. "default": channels-last, singular pair.
      """)

  @Option(help: "Images per batch.")
  var batch = 128

  @Option(help: "Measured steps of each kind.")
  var steps = 7

  @OptionGroup var place: PlaceOptions

  func run() throws {
    let options = try RunOptions(
      runs: URL(fileURLWithPath: "."), device: place.device, precision: place.precision,
      threads: place.threads, command: CommandLine.arguments)
    print(try StepBenchmark(batch: batch, steps: steps, options: options).run(), terminator: "")
  }
}
