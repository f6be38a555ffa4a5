import ArgumentParser
import Datasets
import Experiments
import Foundation
import ProgramSupport

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What the suite finds on this machine, for bug reports.",
    discussion: """
      libtorch, devices and whether a small convolution is right on each, the processor and the kernels that are used \
      because of it, memory, threads, data sets and where they were looked for, and room for runs. Every line on which \
      something lacks says what to do. The exit code is 1 where something is in the way of all work.
      """)

  @Option(help: "Directory in which data sets are looked for.")
  var data = DataHome.directory.path

  @Option(help: "Directory of the run folders.")
  var runs = "runs"

  @Flag(help: "Print the result as JSON.")
  var json = false

  @Flag(help: "Print nothing but the libtorch that was found.")
  var findTorch = false

  func run() throws {
    guard !findTorch else { return Console.print(Diagnosis.Libtorch.loaded().place) }
    let diagnosis = try Diagnosis(
      data: URL(fileURLWithPath: data), runs: URL(fileURLWithPath: runs))
    Console.print(json ? diagnosis.value.indented : diagnosis.text)
    if !diagnosis.isHealthy { throw ExitCode.failure }
  }
}
