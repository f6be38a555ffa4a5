import Datasets
import Foundation
import UserErrors

/// Augmented CIFAR images per second and thread.
public enum LoaderBenchmark {
  private static let repeats = 5

  /// The median, the lowest and the highest rate as text.
  public static func run(images: Int, threads: Int) throws -> String {
    guard images > 0, (0...1024).contains(threads) else {
      throw UsageError("the benchmark needs at least one image and 0 to 1024 threads")
    }
    let data = try SyntheticCIFAR100(trainCount: 10_000, testCount: 100).dataset(.train)
    let loader = BatchLoader(
      dataset: data, pipeline: .cifar100Train,
      configuration: LoaderConfiguration(threads: threads))
    let rates = (0..<repeats).map { _ in
      LoaderThroughput.measure(loader, images: images).imagesPerSecondPerThread
    }
    return String(
      format: "median %.0f images/s per thread (lowest %.0f, highest %.0f), %d threads",
      rates.median, rates.min() ?? 0, rates.max() ?? 0, threads)
  }
}
