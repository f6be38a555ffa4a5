import Foundation

/// A program of the suite as it was built, run in a directory of its own.
struct BuiltProgram {
  struct Result {
    let code: Int32
    let output: String
    let errors: String
  }

  static let project = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  let name: String
  /// Variables beside those of the tests. Without others no data set is found in its default place, whatever lies there.
  let environment: [String: String]

  init(_ name: String, environment: [String: String] = ["LSKD_DATA": "/nonexistent/lskd"]) {
    self.name = name
    self.environment = environment
  }

  private var path: String { Self.project.appendingPathComponent(".build/release/\(name)").path }

  private func process(_ command: [String], in directory: URL) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.currentDirectoryURL = directory
    var inherited = ProcessInfo.processInfo.environment
    // The process of the tests has chosen how its own threads wait; the program chooses anew.
    if inherited.removeValue(forKey: "LSKD_WAIT_POLICY") != nil {
      inherited["OMP_WAIT_POLICY"] = nil
    }
    process.environment = inherited.merging(environment) { $1 }
    return process
  }

  /// Runs to the end.
  func callAsFunction(_ arguments: String..., in directory: URL) throws -> Result {
    try run(arguments, in: directory)
  }

  /// Runs to the end.
  func run(_ arguments: [String], in directory: URL) throws -> Result {
    try run(command: [path] + arguments, in: directory)
  }

  private func run(command: [String], in directory: URL) throws -> Result {
    let process = process(command, in: directory)
    let place = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let files = ["output", "errors"].map { place.appendingPathComponent($0) }
    for file in files { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    process.waitUntilExit()
    return Result(
      code: process.terminationStatus, output: try String(contentsOf: files[0], encoding: .utf8),
      errors: try String(contentsOf: files[1], encoding: .utf8))
  }

  /// Runs in a shell whose files cannot grow beyond a size: what a full disk does to a write.
  func limited(fileKibibytes: Int, _ arguments: [String], in directory: URL) throws -> Result {
    let script = "trap '' XFSZ; ulimit -f \(fileKibibytes); exec \"$@\""
    return try run(
      command: ["/bin/bash", "-c", script, "limited", path] + arguments, in: directory)
  }

  /// Starts it, sends `signal` after `seconds` and waits; the exit code, or the signal negated.
  func interrupted(
    _ arguments: [String], in directory: URL, signal number: Int32, after seconds: Double
  ) throws -> Int32 {
    let process = process([path] + arguments, in: directory)
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    Thread.sleep(forTimeInterval: seconds)
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    return process.terminationReason == .exit
      ? process.terminationStatus : -process.terminationStatus
  }
}

/// A directory that exists for as long as `body` runs.
func inTemporaryDirectory(_ body: (URL) throws -> Void) throws {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { _ = try? FileManager.default.removeItem(at: url) }  // What stays behind harms no one.
  try body(url)
}
