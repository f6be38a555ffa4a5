import Randomness

/// How a loader forms batches and how far it works ahead.
public struct LoaderConfiguration: Sendable {
  /// Images per batch, all parts together.
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
  /// The part of every batch that this loader prepares. Order and augmentation are those of the whole.
  public let part: BatchPart

  /// Makes a configuration; `batchSize` must be positive, `threads` not negative. The default is the
  /// training loader of the released CIFAR code: batches of 128, shuffled, the last one kept.
  public init(
    batchSize: Int = 128, seed: UInt64 = 0, threads: Int = 1, batchesAhead: Int = 4,
    shuffles: Bool = true, dropsLast: Bool = false, part: BatchPart = .whole
  ) {
    precondition(batchSize > 0, "a batch holds at least one image")
    precondition(threads >= 0, "the number of threads is not negative")
    self.batchSize = batchSize
    self.seed = seed
    self.threads = threads
    self.batchesAhead = max(batchesAhead, 1)
    self.shuffles = shuffles
    self.dropsLast = dropsLast
    self.part = part
  }
}

extension LoaderConfiguration {
  /// The number of batches of an epoch of `count` samples.
  func batches(of count: Int) -> Int {
    dropsLast ? count / batchSize : (count + batchSize - 1) / batchSize
  }

  /// The order of `count` samples in `epoch`: the permutation of stream (seed, sample order, epoch).
  func order(of count: Int, epoch: Int) -> [Int] {
    guard shuffles else { return Array(0..<count) }
    var stream = RandomStream(seed: seed, purpose: .sampleOrder, UInt64(bitPattern: Int64(epoch)))
    return stream.permutation(of: count)
  }

  /// The samples of batch `number` of an epoch with this order, as far as they belong to the loader's part.
  func indices(ofBatch number: Int, order: [Int]) -> [Int] {
    Array(order[part.range(in: samples(ofBatch: number, of: order.count))])
  }

  private func samples(ofBatch number: Int, of count: Int) -> Range<Int> {
    let start = number * batchSize
    return start..<min(start + batchSize, count)
  }

  /// Samples in the whole of batch `number`, all parts together, of an epoch of `count` samples.
  public func size(ofBatch number: Int, of count: Int) -> Int {
    samples(ofBatch: number, of: count).count
  }

  /// The random numbers of sample `index` in `epoch`.
  func augmentation(of index: Int, epoch: Int) -> RandomStream {
    RandomStream(
      seed: seed, purpose: .augmentation, UInt64(bitPattern: Int64(epoch)), UInt64(index))
  }

  /// The batches of `epoch` of `count` samples from number `batch` on, each made of the positions of its samples.
  func epoch<Batch: Sendable>(
    _ epoch: Int, of count: Int, startingAt batch: Int,
    _ make: @escaping @Sendable ([Int]) -> Batch
  ) -> BatchSequence<Batch> {
    let order = order(of: count, epoch: epoch)
    return sequence(from: batch, to: batches(of: count)) { number in
      make(indices(ofBatch: number, order: order))
    }
  }

  /// The batches of an epoch from `batch` on, prepared ahead of the consumer by background threads.
  func sequence<Batch: Sendable>(
    from batch: Int, to end: Int, _ make: @escaping @Sendable (Int) -> Batch
  ) -> BatchSequence<Batch> {
    let first = max(0, batch)
    let queue = PrefetchQueue(batches: first..<max(first, end), ahead: batchesAhead, make: make)
    return BatchSequence(queue, threads: threads)
  }
}
