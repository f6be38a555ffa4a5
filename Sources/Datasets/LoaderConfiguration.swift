/// How a loader forms batches and how far it works ahead.
public struct LoaderConfiguration: Sendable {
  /// Images per batch.
  public let batchSize: Int
  /// The root seed of order and augmentation.
  public let seed: UInt64
  /// Background threads; 0 prepares every batch on the consumer's thread. Has no influence on the batches.
  public let threads: Int
  /// Batches that may wait, ready or in work, for the consumer.
  public let batchesAhead: Int
  /// Whether every epoch has its own random order; file order otherwise.
  public let shuffles: Bool
  /// Whether a smaller batch at the end of an epoch is left out.
  public let dropsLast: Bool

  /// Makes a configuration; `batchSize` must be positive, `threads` not negative. The default is the
  /// training loader of the released CIFAR code: batches of 128, shuffled, the last one kept.
  public init(
    batchSize: Int = 128, seed: UInt64 = 0, threads: Int = 1, batchesAhead: Int = 4,
    shuffles: Bool = true, dropsLast: Bool = false
  ) {
    precondition(batchSize > 0, "a batch holds at least one image")
    precondition(threads >= 0, "the number of threads is not negative")
    self.batchSize = batchSize
    self.seed = seed
    self.threads = threads
    self.batchesAhead = max(batchesAhead, 1)
    self.shuffles = shuffles
    self.dropsLast = dropsLast
  }
}
