import ArgumentParser
import Experiments
import Foundation
import PlaceArguments
import ProgramSupport
import RunArguments
import UserErrors

struct Lipschitz: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lipschitz",
    abstract:
      "Bounds of the Lipschitz constants of checkpoints: layers, modules between taps, whole networks.",
    discussion: """
      Batch norms use their running statistics. A layer's norm is that of the operator with its zero padding and its \
      stride, between bounds that lie within 0.1 % of each other. "svd": exact up to rounding. "lanczos": the upper bound \
      holds but for one in a million random starts, whatever the layer; "gram" would hold for maps of every size. Modules \
      and networks are bounded from above over their graph, where a product of norms is far from what a network does, and \
      from below by Jacobians at images and behind an ascent from them.
      """)

  @Argument(help: "Files with trained networks.")
  var checkpoints: [String]

  @Option(
    help: "Directory with the CIFAR-100 binary files (default: those of the checkpoint's header).")
  var data: String?

  @Option(help: "Images at which Jacobians are taken.")
  var images = 8

  @Option(help: "Power steps on each Jacobian.")
  var steps = 20

  @Option(help: "Steps of the ascent from the steepest image.")
  var ascent = 30

  @Option(
    help:
      "Pixels along each side of the images, which are then random (default: the network's own).")
  var side: Int?

  @Option(help: "Write a page, its pictures and its JSON twin to this directory.")
  var output: String?

  @OptionGroup var place: PlaceOptions

  @Flag(help: "Print the result as JSON: an object, or an array for several checkpoints.")
  var json = false

  func validate() throws {
    guard !checkpoints.isEmpty else { throw ValidationError("name a checkpoint") }
    guard (1...1024).contains(images), (1...1000).contains(steps), (0...10_000).contains(ascent)
    else {
      throw ValidationError("--images takes 1 to 1024, --steps 1 to 1000 and --ascent 0 to 10000")
    }
    guard side.map({ (8...2048).contains($0) }) ?? true else {
      throw ValidationError("--side takes 8 to 2048")
    }
    guard side == nil || data == nil else {
      throw ValidationError("--side takes random images, --data names others: choose one")
    }
  }

  func run() throws {
    guard try place.prepared().device == .cpu else {
      throw UsageError("lipschitz computes on the host: leave --device out")
    }
    let job = LipschitzJob(
      checkpoints: checkpoints.map { URL(fileURLWithPath: $0) },
      directory: data.map { URL(fileURLWithPath: $0) }, side: side, images: images,
      powerSteps: steps, ascentSteps: ascent)
    let result = try job.run(progress: ProgressLine())
    if let output {
      for file in try result.write(
        to: URL(fileURLWithPath: output), command: Program.commandLine)
      { Console.print(file.path) }
    } else {
      Console.print(json ? result.value.indented : result.text, terminator: "")
    }
  }
}
