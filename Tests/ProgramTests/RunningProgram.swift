import Foundation

/// A program of the suite that runs beside the test.
final class RunningProgram {
  struct Overdue: Error {}

  private let process = Process()
  private let directory: URL
  private let files: [URL]

  /// Starts it with variables beside those of the test.
  init(
    _ name: String, _ arguments: [String], in directory: URL, _ variables: [String: String] = [:]
  )
    throws
  {
    self.directory = directory
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

  /// The processes that it has started.
  func children() throws -> [Int32] {
    let id = process.processIdentifier
    let text = try String(contentsOfFile: "/proc/\(id)/task/\(id)/children", encoding: .utf8)
    return text.split(separator: " ").compactMap { Int32($0) }
  }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Sends a signal again and again until it ends.
  func insist(on signal: Int32) {
    while process.isRunning {
      send(signal)
      Thread.sleep(forTimeInterval: 0.01)
    }
  }

  /// Returns when the events of the only run number `count`; throws when the program ends or hangs before.
  func wait(forEvents count: Int) throws {
    try wait { try events() >= count }
  }

  /// Returns when `isReached`; throws when the program ends or hangs before.
  func wait(until isReached: () throws -> Bool) throws {
    let limit = Date().addingTimeInterval(120)
    while try !isReached() {
      guard process.isRunning, Date() < limit else { throw Overdue() }
      Thread.sleep(forTimeInterval: 0.02)
    }
  }

  /// Lines of the event log of the only run.
  func events() throws -> Int {
    let runs = directory.appendingPathComponent("runs").path
    guard FileManager.default.fileExists(atPath: runs) else { return 0 }
    let logs = try FileManager.default.contentsOfDirectory(atPath: runs)
      .map { "\(runs)/\($0)/events.jsonl" }.filter(FileManager.default.fileExists)
    guard let log = logs.first else { return 0 }
    return try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").count
  }

  /// Waits for its end, at most `seconds`; kills it then.
  func end(within seconds: Double = 240) throws -> BuiltProgram.Result {
    let limit = Date().addingTimeInterval(seconds)
    while process.isRunning && Date() < limit { Thread.sleep(forTimeInterval: 0.05) }
    if process.isRunning { send(SIGKILL) }
    process.waitUntilExit()
    let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
    for file in files { try FileManager.default.removeItem(at: file) }
    let code = process.terminationStatus
    return .init(
      code: process.terminationReason == .exit ? code : -code, output: texts[0], errors: texts[1])
  }
}
