import Foundation
import TestSupport

/// A program of the suite as it was built, run in a directory of its own.
struct BuiltProgram {
  struct Result {
    /// The exit code, or the signal that ended it, negated.
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

  var path: String { Self.project.appendingPathComponent(".build/release/\(name)").path }

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
    let code = process.terminationStatus
    return Result(
      code: process.terminationReason == .exit ? code : -code,
      output: try String(contentsOf: files[0], encoding: .utf8),
      errors: try String(contentsOf: files[1], encoding: .utf8))
  }

  /// Runs as `"$@"` of a script for bash.
  func shell(_ script: String, _ arguments: [String], in directory: URL) throws -> Result {
    try run(command: ["/bin/bash", "-c", script, "script", path] + arguments, in: directory)
  }

  /// Runs in a shell whose files cannot grow beyond a size: what a full disk does to a write.
  func limited(fileKibibytes: Int, _ arguments: [String], in directory: URL) throws -> Result {
    try shell("ulimit -f \(fileKibibytes); exec \"$@\"", arguments, in: directory)
  }
}
