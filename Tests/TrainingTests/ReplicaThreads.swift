import Foundation
import Synchronization
import TensorCore
import TestSupport

/// Replicas as threads of the test's process, which meet on the loopback.
enum ReplicaThreads {
  private struct Failure: Error {}

  /// Runs `body` as every replica of a group and returns the results by rank.
  static func run<Output: Sendable>(
    _ count: Int, timeout: Double = 60,
    _ body: @escaping @Sendable (ProcessGroup) throws -> Output
  ) throws -> [Output] {
    let results = Mutex([Int: Result<Output, any Error>]())
    let done = DispatchSemaphore(value: 0)
    let port = try Loopback.freePort()
    for rank in 0..<count {
      Thread {
        let result = Result {
          try body(
            ProcessGroup(
              rank: rank, worldSize: count,
              at: .init(address: "127.0.0.1", port: port, timeout: timeout)))
        }
        results.withLock { $0[rank] = result }
        done.signal()
      }.start()
    }
    for _ in 0..<count { done.wait() }
    return try results.withLock { all in
      try (0..<count).map { rank in
        guard let result = all[rank] else { throw Failure() }
        return try result.get()
      }
    }
  }
}
