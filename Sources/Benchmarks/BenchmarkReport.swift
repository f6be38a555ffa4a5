import Experiments
import Foundation
import TensorCore

/// What benchmarks printed, one after the other, with the machine and the commands that print it again.
public struct BenchmarkReport {
  /// What one command did.
  private struct Section {
    let command: String
    let output: String
    let exitCode: Int32
    /// Processes that wanted to run when it began: its own neighbours.
    let load: Double
  }

  private var sections: [Section] = []

  /// A report without sections.
  public init() {}

  /// Whether every command ended well.
  public var isWhole: Bool { sections.allSatisfy { $0.exitCode == 0 } }

  /// Runs this program with the words of `command` and keeps what it prints; its errors go where those of this process go.
  public mutating func add(_ command: String) throws {
    var load = 0.0
    _ = getloadavg(&load, 1)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = command.split(separator: " ").map(String.init)
    process.environment = Engine.outerEnvironment
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    sections.append(
      Section(command: command, output: text, exitCode: process.terminationStatus, load: load))
  }

  /// The report, for the command that makes it.
  public func markdown(madeBy command: String) -> String {
    let processor = Diagnosis.Processor.here()
    var lines = [
      "# Benchmarks", "",
      "Made by `\(command)`; figures are this machine's. Works that are compared ran in turn, and ratios are of medians.",
      "",
      "\(processor.model), \(processor.cores) cores (\(processor.features.joined(separator: ", "))), libtorch "
        + "\(Engine.version) with \(processor.capability).",
    ]
    for section in sections {
      lines += [
        "", "## `lskd-bench \(section.command)`", "",
        String(format: "%.1f processes wanted to run in the minute before.", section.load), "",
        "```text", section.output.trimmingCharacters(in: .newlines), "```",
      ]
      if section.exitCode != 0 { lines += ["", "Ended with exit code \(section.exitCode)."] }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
