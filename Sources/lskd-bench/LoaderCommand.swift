import ArgumentParser
import Benchmarks
import ProgramSupport

struct LoaderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Augmented CIFAR images per second and thread.")

  @Option(help: "Images per measurement.")
  var images = 200_000

  @Option(help: "Background threads.")
  var threads = 1

  func run() throws { Console.print(try LoaderBenchmark.run(images: images, threads: threads)) }
}
