import Foundation
import TestSupport

/// A program that is started as several replicas, which meet on the loopback.
struct ReplicaProgram {
  let name: String
  let count = 2

  init(_ name: String) { self.name = name }

  /// Starts all replicas; no wait of theirs is longer than `timeout` seconds.
  func start(_ arguments: [String], in directory: URL, timeout: Int = 120) throws
    -> [RunningProgram]
  {
    let port = try Loopback.freePort()
    return try (0..<count).map { rank in
      try RunningProgram(
        name, arguments, in: directory,
        [
          "RANK": "\(rank)", "WORLD_SIZE": "\(count)", "MASTER_ADDR": "127.0.0.1",
          "MASTER_PORT": "\(port)", "LSKD_REPLICA_TIMEOUT": "\(timeout)",
        ])
    }
  }
}
