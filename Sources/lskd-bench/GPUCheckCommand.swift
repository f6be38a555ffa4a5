public import ArgumentParser
public import DeviceCheck
import Foundation
import PlaceArguments
import ProgramSupport

struct GPUCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gpu-check",
    abstract: "Everything that has to be seen once on a GPU, in one file.",
    discussion: """
      The machine, golden vectors of networks and losses in float32 without TF32, training steps in float32, TF32 and \
      bfloat16, exactness of resuming, and one cell of CIFAR-100 by the paper's recipe for the time that is left. Needs no \
      network. The exit code is 1 when a step failed.
      """)

  @Option(help: "cuda, cuda:N or cpu.")
  var device = DeviceChoice.cuda

  @Option(
    parsing: .upToNextOption,
    help: "Only these parts: \(DeviceCheck.Part.allCases.map(\.rawValue).joined(separator: ", ")).")
  var only: [DeviceCheck.Part] = []

  @OptionGroup var vectors: VectorOptions

  @Option(help: "Directory with the CIFAR-100 binary files.")
  var data: String?

  @Option(help: "A Python with torch: times its eager steps, too; without it one of the path.")
  var python: String?

  @Option(help: "Minutes after which everything ends.")
  var minutes = 25.0

  @Flag(help: "The smallest of everything: one network, two losses, one step, synthetic images.")
  var tiny = false

  @Option(help: "The file of the results.")
  var output = "gpu-check.json"

  func validate() throws {
    guard minutes.isFinite, (0.5...1440).contains(minutes) else {
      throw ValidationError("--minutes takes 0.5 to 1440, not \(minutes)")
    }
  }

  func run() throws {
    let check = DeviceCheck(
      .init(
        device: try device.available(), parts: Set(only.isEmpty ? DeviceCheck.Part.allCases : only),
        reference: vectors.directory,
        data: data.map { URL(fileURLWithPath: $0) }, python: python, minutes: minutes,
        isTiny: tiny, output: URL(fileURLWithPath: output)))
    let passed = try check.run { Console.print($0) }
    Console.print("The results are in \(output)")
    if !passed { throw ExitCode.failure }
  }
}

extension DeviceCheck.Part: ExpressibleByArgument {}
