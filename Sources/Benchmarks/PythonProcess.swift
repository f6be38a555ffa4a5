import DurableFiles
import Foundation
import TensorCore
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

  /// Starts `python` on a script of the project's directory, or of a bundle's `comparison` beside the program.
  init(python: String, script name: String, arguments: [String]) throws {
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let places = [
      URL(fileURLWithPath: "Tests/Comparison"),
      program.deletingLastPathComponent().appendingPathComponent("comparison"),
    ].map { $0.appendingPathComponent(name) }
    guard let script = places.first(where: { FileManager.default.fileExists(atPath: $0.path) })
    else {
      throw UsageError(
        "there is no \(places[0].path); run the benchmark in the project's directory")
    }
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, script.path] + arguments
    process.environment = Engine.outerEnvironment
    process.standardInput = requests
    process.standardOutput = answers
    do { try process.run() } catch {
      throw Failure(description: "cannot start \(python): \(error.reason)")
    }
  }

  deinit { process.terminate() }

  /// The number that the program answers to a line.
  func ask(_ word: String) throws -> Double {
    guard let answer = try? self.answer(to: word), let number = Double(answer) else {
      // Whatever broke the pipe, its own words are on standard error.
      throw Failure(
        description:
          "the comparison program gave no answer; has its Python the packages that it names?")
    }
    return number
  }

  private func answer(to word: String) throws -> String {
    try requests.fileHandleForWriting.write(contentsOf: Data((word + "\n").utf8))
    var line = Data()
    while let byte = try answers.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8),
      !byte.isEmpty
    { line += byte }
    return String(decoding: line, as: UTF8.self)
  }
}
