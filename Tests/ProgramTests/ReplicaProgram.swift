import Foundation

/// A program that is started as several replicas, which meet on the loopback.
struct ReplicaProgram {
  /// One replica that runs.
  final class Replica {
    let process = Process()
    private let files: [URL]

    init(_ name: String, _ arguments: [String], in directory: URL, _ variables: [String: String])
      throws
    {
      process.executableURL = BuiltProgram.project.appendingPathComponent(".build/release/\(name)")
      process.arguments = arguments
      process.currentDirectoryURL = directory
      process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
      let place = FileManager.default.temporaryDirectory
      files = (0..<2).map { _ in place.appendingPathComponent(UUID().uuidString) }
      for file in files { try Data().write(to: file) }
      process.standardOutput = try FileHandle(forWritingTo: files[0])
      process.standardError = try FileHandle(forWritingTo: files[1])
      try process.run()
    }

    /// Waits for its end, at most `seconds`; kills it then.
    func end(within seconds: Double = 240) throws -> BuiltProgram.Result {
      let limit = Date().addingTimeInterval(seconds)
      while process.isRunning && Date() < limit { Thread.sleep(forTimeInterval: 0.05) }
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
      let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
      for file in files { try FileManager.default.removeItem(at: file) }
      let code = process.terminationStatus
      return .init(
        code: process.terminationReason == .exit ? code : -code, output: texts[0],
        errors: texts[1])
    }
  }

  let name: String
  let count = 2

  init(_ name: String) { self.name = name }

  /// Starts all replicas; no wait of theirs is longer than `timeout` seconds.
  func start(_ arguments: [String], in directory: URL, timeout: Int = 120) throws -> [Replica] {
    let port = try Self.freePort()
    return try (0..<count).map { rank in
      try Replica(
        name, arguments, in: directory,
        [
          "RANK": "\(rank)", "WORLD_SIZE": "\(count)", "MASTER_ADDR": "127.0.0.1",
          "MASTER_PORT": "\(port)", "LSKD_REPLICA_TIMEOUT": "\(timeout)",
        ])
    }
  }

  private struct NoPort: Error {}

  /// A port of the loopback that nobody has.
  private static func freePort() throws -> Int {
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
    guard status == 0 else { throw NoPort() }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
