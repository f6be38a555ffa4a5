import ArgumentParser
import Benchmarks
import PlaceArguments
import ProgramSupport

struct SharingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sharing",
    abstract: "A training of the smoke budget alone and beside one and two busy processes.",
    discussion: """
      Interleaved, with threads that wait passively and with threads that spin (OMP_WAIT_POLICY). The programs wait \
      passively unless the environment says otherwise.
      """)

  /// What one process of the benchmark does.
  enum Part: String, ExpressibleByArgument, CaseIterable {
    case all
    case training
    case busy
  }

  @Option(help: "Measurements of each kind.")
  var rounds = 5

  @Option(help: "Length of a measurement.")
  var seconds = 4.0

  @OptionGroup var place: PlaceOptions

  @Option(help: .hidden)
  var part = Part.all

  func run() throws {
    switch part {
    case .all:
      let benchmark = try SharingBenchmark(
        rounds: rounds, seconds: seconds, threads: place.threads)
      Console.print(try benchmark.run(), terminator: "")
    case .training:
      Console.print("\(try SharingBenchmark.train(seconds: seconds, place: place.prepared()))")
    case .busy: SharingBenchmark.stayBusy()
    }
  }
}
