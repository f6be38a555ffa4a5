import Experiments
import Foundation
import ProgramSupport

extension RunOptions {
  /// The options of a command line; `runs` is of no interest to a command that trains nothing.
  init(_ place: PlaceOptions, runs: String = "runs") throws {
    try self.init(
      runs: URL(fileURLWithPath: runs), device: place.device, precision: place.precision,
      kernels: place.kernels, threads: place.threads, command: CommandLine.arguments)
  }
}
