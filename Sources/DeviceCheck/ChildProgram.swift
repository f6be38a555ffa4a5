import Foundation
import TensorCore

/// A program that is run as a process of its own, within the time that there is.
struct ChildProgram {
  struct Result {
    let code: Int32
    let output: String
    let errors: String
    let seconds: Double
    /// Whether it was stopped at the deadline.
    let wasLate: Bool

    /// Why it failed: the time was over, or the line of its errors that says so, or the last one.
    var complaint: String {
      if wasLate { return "the time was over" }
      let lines = errors.split(separator: "\n")
      let line = lines.first { $0.lowercased().hasPrefix("error: ") } ?? lines.last
      return line.map(String.init) ?? "exit code \(code)"
    }
  }

  private let name: String
  private let command: [String]
  /// Where its output is kept while it runs.
  private let folder: URL
  private let lastCall: Date
  private let deadline: Date

  private static let directory = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()
  /// Longer than this nothing needs to stop, seconds.
  private static let patience = 60.0

  /// A program of the path with its first arguments. It is asked to stop at `lastCall` and killed at `deadline`.
  init(_ name: String, _ arguments: [String], folder: URL, lastCall: Date, deadline: Date) {
    self.name = name
    command = ["/usr/bin/env", name] + arguments
    self.folder = folder
    self.lastCall = lastCall
    self.deadline = deadline
  }

  /// A program of the suite, which lies beside this one.
  init(sibling name: String, folder: URL, lastCall: Date, deadline: Date) {
    self.name = name
    command = [Self.directory.appendingPathComponent(name).path]
    self.folder = folder
    self.lastCall = lastCall
    self.deadline = deadline
  }

  /// Runs to the end; when the time is over or as soon as `isEnough` holds, it is asked to stop as by Ctrl-C, and killed
  /// when it has not stopped a minute later. Nothing starts after the last call.
  func run(_ arguments: [String], isEnough: () -> Bool = { false }) throws -> Result {
    let start = Date()
    guard start < lastCall else {
      return Result(code: 130, output: "", errors: "", seconds: 0, wasLate: true)
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = command.dropFirst() + arguments
    process.environment = Engine.outerEnvironment
    let files = ["output", "errors"].map { folder.appendingPathComponent("\(name)-\($0).txt") }
    for file in files { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    while process.isRunning && Date() < lastCall && !isEnough() {
      Thread.sleep(forTimeInterval: 0.05)
    }
    let wasLate = process.isRunning && Date() >= lastCall
    if process.isRunning {
      process.interrupt()
      let last = min(deadline, Date().addingTimeInterval(Self.patience))
      while process.isRunning && Date() < last { Thread.sleep(forTimeInterval: 0.05) }
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
    process.waitUntilExit()
    let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
    for file in files { try FileManager.default.removeItem(at: file) }
    return Result(
      code: process.terminationStatus, output: texts[0], errors: texts[1],
      seconds: Date().timeIntervalSince(start), wasLate: wasLate)
  }
}
