import ArgumentParser
import Benchmarks
import PlaceArguments
import ProgramSupport

struct LipschitzCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lipschitz",
    abstract: "The Lipschitz term beside the released algorithm; norms of layers and Jacobians.",
    discussion: """
      Interleaved in one run. The term is that of setting c, forward and backward, from its maps; the norms are those of \
      the convolutions of WRN-28-4 for images of 32 x 32 pixels.
      """)

  @Option(help: "Images of the term.")
  var batch = 128

  @Option(help: "Measurements of each kind.")
  var repeats = 5

  @Option(help: "A Python with torch and NumPy: runs the comparison program beside the suite.")
  var python: String?

  @OptionGroup var place: PlaceOptions

  func run() throws {
    let benchmark = try LipschitzBenchmark(
      batch: batch, repeats: repeats, python: python, place: try place.prepared())
    Console.print(try benchmark.run(), terminator: "")
  }
}
