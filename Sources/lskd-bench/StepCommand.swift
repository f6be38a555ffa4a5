import ArgumentParser
import Benchmarks
import Foundation
import PlaceArguments
import ProgramSupport
import TensorCore

struct StepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step",
    abstract: "Training steps of setting c: the released algorithm beside the default one.",
    discussion: """
      Interleaved in one run. "reference": libtorch's kernels, contiguous maps, a train-mode teacher and ten \
      differentiated power steps through G G^T. "fast": the default, with fused kernels and singular pairs. \
      Variants leave out one part each; the shares of a step follow from them.
      """)

  @Option(help: "Images per batch.")
  var batch = 128

  @Option(help: "Measured steps of each kind.")
  var steps = 7

  @Option(
    help: """
      Instructions of the suite's fused kernels (default: the widest); libtorch's follow ATEN_CPU_CAPABILITY and \
      ONEDNN_MAX_CPU_ISA.
      """)
  var vectors: KernelLevel?

  @Option(help: "A Python with torch: runs the comparison program beside the suite.")
  var pytorch: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup var place: PlaceOptions

  func run() throws {
    let benchmark = try StepBenchmark(
      batch: batch, steps: steps, python: pytorch, level: vectors, place: try place.prepared())
    Console.print(try json ? benchmark.values().indented : benchmark.run(), terminator: "")
  }
}
