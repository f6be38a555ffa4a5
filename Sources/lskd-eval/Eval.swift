import ArgumentParser
import Experiments
import Foundation

@main
struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lskd-eval",
    abstract: "Measures the errors of a checkpoint on the CIFAR-100 test images.")

  @Argument(help: "A .lskd file with a trained network.")
  var checkpoint: String

  @Option(help: "Directory with the CIFAR-100 binary files.")
  var data: String?

  @Flag(help: "Use the embedded synthetic images of the smoke budget.")
  var synthetic = false

  @Option(help: "cpu, cuda or cuda:N.")
  var device = "cpu"

  @Option(help: "Threads of an operation (default: libtorch's choice).")
  var threads: Int?

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try ProgramExit.reporting {
      let job = try EvaluationJob(
        checkpoint: URL(fileURLWithPath: checkpoint), data: data, synthetic: synthetic,
        device: device, threads: threads)
      print(try job.run(json: json))
    }
  }
}
