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

  init(_ name: String) { self.name = name }

  private func process(_ arguments: [String], in directory: URL) -> Process {
    let process = Process()
    process.executableURL = Self.project.appendingPathComponent(".build/release/\(name)")
    process.arguments = arguments
    process.currentDirectoryURL = directory
    return process
  }

  /// Runs to the end.
  func callAsFunction(_ arguments: String..., in directory: URL) throws -> Result {
    let process = process(arguments, in: directory)
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

  /// Starts it, sends `signal` after `seconds` and waits; the exit code, or the signal negated.
  func interrupted(
    _ arguments: String..., in directory: URL, signal number: Int32, after seconds: Double
  )
    throws -> Int32
  {
    let process = process(arguments, in: directory)
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
