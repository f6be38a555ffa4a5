import Dispatch
import Foundation

/// Hands out batch numbers to threads and the finished batches, in order, to the consumer.
///
/// Why nobody waits forever: the window ends `ahead` >= 1 batches after the consumer's next one, so a
/// running thread can always claim that batch; a claimed batch is finished, because making one ends,
/// if with an error that is the batch; and while no thread runs (none was asked for, or the system refused to start one) the consumer
/// makes the batch itself.
///
/// `@unchecked Sendable`: every `var` is read and written only with `condition` locked; `make` is
/// `@Sendable` and immutable.
final class PrefetchQueue<Batch: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private let make: @Sendable (Int) -> Batch
  private let end: Int
  private let ahead: Int

  private var nextToClaim: Int
  private var nextToReturn: Int
  private var finished: [Int: Batch] = [:]
  private var runningThreads = 0
  private var isCancelled = false
  private var nanosecondsWaited: UInt64 = 0

  init(batches: Range<Int>, ahead: Int, make: @escaping @Sendable (Int) -> Batch) {
    nextToClaim = batches.lowerBound
    nextToReturn = batches.lowerBound
    end = batches.upperBound
    self.ahead = ahead
    self.make = make
  }

  var remaining: Int { condition.withLock { end - nextToReturn } }

  var secondsWaited: Double { condition.withLock { Double(nanosecondsWaited) * 1e-9 } }

  /// Makes batches until the epoch is claimed or cancelled: the body of a background thread.
  func work() {
    condition.withLock { runningThreads += 1 }
    while let number = claimInWindow() {
      let batch = make(number)
      condition.withLock { finish(number, batch) }
    }
    condition.withLock {
      runningThreads -= 1
      condition.broadcast()
    }
  }

  func next() -> Batch? {
    condition.lock()
    defer { condition.unlock() }
    let number = nextToReturn
    guard number < end else { return nil }
    if finished[number] == nil {
      let start = DispatchTime.now().uptimeNanoseconds
      waitOrMake(number)
      nanosecondsWaited += DispatchTime.now().uptimeNanoseconds - start
    }
    nextToReturn = max(nextToReturn, number + 1)
    condition.broadcast()
    return finished.removeValue(forKey: number)
  }

  /// Stops the threads after the batch that each has in work.
  func cancel() {
    condition.withLock {
      isCancelled = true
      finished = [:]
      condition.broadcast()
    }
  }

  /// Returns with batch `number` finished; called with the lock held.
  private func waitOrMake(_ number: Int) {
    while finished[number] == nil {
      if nextToClaim == number && runningThreads == 0 {
        nextToClaim += 1
        condition.unlock()
        let batch = make(number)
        condition.lock()
        finished[number] = batch
      } else {
        condition.wait()
      }
    }
  }

  private func claimInWindow() -> Int? {
    condition.withLock {
      while !isCancelled && nextToClaim < end && nextToClaim >= nextToReturn + ahead {
        condition.wait()
      }
      guard !isCancelled && nextToClaim < end else { return nil }
      defer { nextToClaim += 1 }
      return nextToClaim
    }
  }

  private func finish(_ number: Int, _ batch: Batch) {
    guard !isCancelled else { return }
    finished[number] = batch
    condition.broadcast()
  }
}
