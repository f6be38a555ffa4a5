import Foundation

/// The remaining batches of one epoch, in order, for one consumer. Its background work ends with it.
public final class BatchSequence<Batch: Sendable>: Sequence, IteratorProtocol {
  private let queue: PrefetchQueue<Batch>

  init(_ queue: PrefetchQueue<Batch>, threads: Int) {
    self.queue = queue
    // The threads own the queue and not this object, so that dropping it cancels them.
    for _ in 0..<Swift.min(threads, queue.remaining) {
      let thread = Thread { queue.work() }
      thread.name = "lskd loader"
      thread.start()
    }
  }

  deinit { queue.cancel() }

  /// The next batch, nil after the last one. Waits until a thread has prepared it; prepares it here when
  /// no thread runs.
  public func next() -> Batch? { queue.next() }

  /// Seconds that `next()` has spent so far because a batch was not ready.
  public var secondsWaited: Double { queue.secondsWaited }
}
