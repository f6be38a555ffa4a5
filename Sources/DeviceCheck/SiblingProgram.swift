import Foundation

/// A program of the suite that lies beside this one, run as a process of its own.
struct SiblingProgram {
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

  let name: String
  /// Where its output is kept while it runs.
  let folder: URL

  private static let directory = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()

  /// Runs to the end. At `deadline`, or as soon as `isEnough` holds, it is asked to stop as by Ctrl-C, and killed when it
  /// has not stopped a minute later.
  func run(
    _ arguments: [String], until deadline: Date, isEnough: () -> Bool = { false }
  ) throws -> Result {
    let process = Process()
    process.executableURL = Self.directory.appendingPathComponent(name)
    process.arguments = arguments
    let files = ["output", "errors"].map { folder.appendingPathComponent("\(name)-\($0).txt") }
    for file in files { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    let start = Date()
    try process.run()
    while process.isRunning && Date() < deadline && !isEnough() {
      Thread.sleep(forTimeInterval: 0.05)
    }
    let wasLate = process.isRunning && Date() >= deadline
    if process.isRunning {
      process.interrupt()
      let last = Date().addingTimeInterval(60)
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
