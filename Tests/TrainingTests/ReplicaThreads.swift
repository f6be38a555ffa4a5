import Foundation
import Synchronization
import TensorCore

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
    let port = try freePort()
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

  /// A port of the loopback that nobody has.
  static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
      }
    }
    guard status == 0 else { throw Failure() }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
