import ArgumentParser
import Experiments
import Foundation
import ProgramSupport

struct CheckpointErrors: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "Measures the errors of a checkpoint on the CIFAR-100 test images.")

  @Argument(help: "A .lskd file with a trained network.")
  var checkpoint: String

  @Option(help: "Directory with the CIFAR-100 binary files.")
  var data: String?

  @Flag(help: "Use the embedded synthetic images of the smoke budget.")
  var synthetic = false

  @OptionGroup var place: PlaceOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let file = URL(fileURLWithPath: checkpoint)
    let options = try RunOptions(
      runs: file, device: place.device, precision: place.precision, kernels: place.kernels,
      threads: place.threads, command: CommandLine.arguments)
    let job = try EvaluationJob(
      checkpoint: file, data: data, synthetic: synthetic, options: options)
    print(try job.run(json: json))
  }
}
