import ArgumentParser
import Datasets
import Foundation
import ProgramSupport

struct LoaderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Augmented CIFAR images per second and thread.")

  @Option(help: "Images per measurement.")
  var images = 200_000

  @Option(help: "Background threads.")
  var threads = 1

  func run() throws {
    let data = try SyntheticCIFAR100(trainCount: 10_000, testCount: 100).dataset(.train)
    let loader = BatchLoader(
      dataset: data, pipeline: .cifar100Train,
      configuration: LoaderConfiguration(threads: threads))
    let rates = (0..<5).map { _ in
      LoaderThroughput.measure(loader, images: images).imagesPerSecondPerThread
    }.sorted()
    Console.print(
      String(
        format: "median %.0f images/s per thread (lowest %.0f, highest %.0f), %d threads",
        rates[2], rates[0], rates[4], threads))
  }
}
