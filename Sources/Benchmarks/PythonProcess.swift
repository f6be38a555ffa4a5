import Foundation
import UserErrors

/// A process of a comparison program in Python, asked for one number at a time.
final class PythonProcess {
  /// The process did not answer.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let process = Process()
  private let requests = Pipe()
  private let answers = Pipe()

  /// Starts `python` on a script of the project's directory.
  init(python: String, script: String, arguments: [String]) throws {
    let script = URL(fileURLWithPath: "Tests/Comparison/\(script)")
    guard FileManager.default.fileExists(atPath: script.path) else {
      throw UsageError("there is no \(script.path); run the benchmark in the project's directory")
    }
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, script.path] + arguments
    process.standardInput = requests
    process.standardOutput = answers
    try process.run()
  }

  deinit { process.terminate() }

  /// The number that the program answers to a line.
  func ask(_ word: String) throws -> Double {
    try requests.fileHandleForWriting.write(contentsOf: Data((word + "\n").utf8))
    var line = Data()
    while let byte = try answers.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8),
      !byte.isEmpty
    { line += byte }
    guard let number = Double(String(decoding: line, as: UTF8.self)) else {
      throw Failure(
        description:
          "the comparison program gave no answer; has its Python the packages that it names?")
    }
    return number
  }
}
