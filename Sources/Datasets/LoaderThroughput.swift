import Dispatch

/// How fast a loader prepares images.
public struct LoaderThroughput: Sendable {
  /// Images handed out.
  public let images: Int
  /// Seconds from the first request to the last batch.
  public let seconds: Double
  /// Seconds of it that the consumer waited.
  public let secondsWaited: Double
  /// Threads that worked.
  public let threads: Int

  /// Images per second and thread.
  public var imagesPerSecondPerThread: Double { Double(images) / seconds / Double(threads) }

  /// Consumes epoch after epoch of `loader` until at least `images` images came, after one warming
  /// epoch. A loader without threads measures the preparation alone, on this thread.
  public static func measure(_ loader: BatchLoader, images: Int) -> LoaderThroughput {
    for _ in loader.epoch(0) {}
    let start = DispatchTime.now().uptimeNanoseconds
    var seen = 0
    var waited = 0.0
    for epoch in 1... where loader.batchesPerEpoch > 0 {
      let batches = loader.epoch(epoch)
      while seen < images, let batch = batches.next() { seen += batch.count }
      waited += batches.secondsWaited
      if seen >= images { break }
    }
    return LoaderThroughput(
      images: seen, seconds: Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9,
      secondsWaited: waited, threads: max(1, loader.configuration.threads))
  }
}
