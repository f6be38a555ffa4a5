import Foundation

/// A process of the PyTorch comparison program, asked for one step at a time.
final class PyTorchSteps {
  /// The process did not answer.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let process = Process()
  private let requests = Pipe()
  private let answers = Pipe()

  /// Starts `python` on `script`.
  init(python: String, script: URL, batch: Int, threads: Int) throws {
    guard FileManager.default.fileExists(atPath: script.path) else {
      throw UsageError("there is no \(script.path); run the benchmark in the project's directory")
    }
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, script.path, String(batch), String(threads)]
    process.standardInput = requests
    process.standardOutput = answers
    try process.run()
  }

  deinit { process.terminate() }

  /// Seconds of one step, or bytes for `memory`.
  func ask(_ word: String) throws -> Double {
    try requests.fileHandleForWriting.write(contentsOf: Data((word + "\n").utf8))
    var line = Data()
    while let byte = try answers.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8),
      !byte.isEmpty
    { line += byte }
    guard let number = Double(String(decoding: line, as: UTF8.self)) else {
      throw Failure(description: "the PyTorch program gave no answer; does its Python have torch?")
    }
    return number
  }
}
