import Experiments
import Foundation
import ProgramSupport
import Training
import UserErrors

/// The processes of one command: copies of this program that claim runs in the same folders. They stop when their standard
/// input ends, so that none outlives the one that started them.
final class Workers {
  private struct Process {
    let process: Foundation.Process
    /// Closed to ask for a stop.
    let input: Pipe
    let output: Pipe
  }

  private let worker: Worker
  private let display: ProgressLines
  private var processes: [Process] = []

  init(_ worker: Worker) {
    self.worker = worker
    display = ProgressLines(count: worker.count)
  }

  /// Starts the processes, shows their progress and waits for them. One that dies is told of, and the others take its runs
  /// over. Throws when a stop was requested, and when all have failed.
  func run() throws {
    let stop = StopRequest()
    let watch = stop.onSignals()
    defer { withExtendedLifetime(watch) {} }
    for index in 0..<worker.count { processes.append(try start(index)) }
    let readers = processes.indices.map { read($0) }
    var open = Set(processes.indices)
    var isStopping = false
    while !open.isEmpty {
      if stop.isSet && !isStopping {
        isStopping = true
        for process in processes { try process.input.fileHandleForWriting.close() }
      }
      for index in open.sorted() where !processes[index].process.isRunning {
        open.remove(index)
        readers[index].wait()
        tellEnd(of: index, others: open.count)
      }
      Thread.sleep(forTimeInterval: 0.05)
    }
    let ends = processes.map(\.process).map { ($0.terminationReason, $0.terminationStatus) }
    if isStopping || ends.contains(where: { $0 == (.exit, 130) }) {
      throw InterruptedTable()
    }
    guard ends.contains(where: { $0 == (.exit, 0) }) else {
      throw FailedWorkers()
    }
  }

  private func start(_ index: Int) throws -> Process {
    let process = Foundation.Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = Array(CommandLine.arguments.dropFirst())
    process.environment = ProcessInfo.processInfo.environment.merging(
      worker.environment(ofNumber: index + 1)
    ) { $1 }
    process.standardInput = input
    process.standardOutput = FileHandle.nullDevice
    process.standardError = output
    try process.run()
    display.line("\(index + 1): process \(process.processIdentifier)")
    return Process(process: process, input: input, output: output)
  }

  /// Shows what a process says until it says no more.
  private func read(_ index: Int) -> DispatchSemaphore {
    let done = DispatchSemaphore(value: 0)
    let handle = processes[index].output.fileHandleForReading
    Thread.detachNewThread { [display] in
      var rest = Data()
      while case let bytes = handle.availableData, !bytes.isEmpty {
        rest += bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
          let line = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
          rest = Data(rest[(end + 1)...])
          display.take(line, of: index)
        }
      }
      done.signal()
    }
    return done
  }

  private func tellEnd(of index: Int, others: Int) {
    display.end(index)
    let process = processes[index].process
    let how: String
    switch (process.terminationReason, process.terminationStatus) {
    case (.exit, 0), (.exit, 130): return
    case (.exit, let code): how = "failed with code \(code)"
    case (_, let signal): how = "was ended by signal \(signal)"
    }
    display.line(
      "process \(index + 1) \(how)"
        + (others > 0 ? ": the others take its runs over" : ""))
  }
}

/// No process of a command came to its end.
struct FailedWorkers: Error, CustomStringConvertible {
  var description: String { "all processes failed; what they said of it stands above" }
}
