import Foundation

/// What the suite made of inputs, for a program in Python that reads the same ones.
public final class ReferenceReadings {
  /// A Python with Pillow that LSKD_PYTHON names; without it nothing is compared.
  public static let python = ProcessInfo.processInfo.environment["LSKD_PYTHON"]

  private let kind: String
  private let seed: UInt64
  private var lines = Data()
  private var count = 0
  private var summaries: [String] = []

  /// What the program says about readings that are not its own, a line each.
  public private(set) var disagreements: [String] = []

  /// `kind` is a word of `Tests/Comparison/readings.py`.
  public init(_ kind: String, seed: UInt64) {
    self.kind = kind
    self.seed = seed
  }

  /// Takes an input with its reading, a JSON value; nil where it was refused.
  public func add(_ input: [UInt8], _ reading: Any?) throws {
    guard Self.python != nil else { return }
    let members: [String: Any] = [
      "input": Data(input).base64EncodedString(), "reading": reading ?? NSNull(),
    ]
    lines += try JSONSerialization.data(withJSONObject: members) + Data("\n".utf8)
    count += 1
    if count % 10_000 == 0 { try compare() }
  }

  /// Compares what is left, and prints what was tried.
  public func finish() throws {
    guard Self.python != nil else { return }
    try compare()
    print("\(count) changed inputs of \(kind), seed \(seed): " + summaries.joined(separator: "; "))
  }

  private func compare() throws {
    guard let python = Self.python, !lines.isEmpty else { return }
    let file = RestoredData.temporaryDirectory
    try lines.write(to: file)
    defer { _ = try? FileManager.default.removeItem(at: file) }  // What stays behind harms no one.
    lines = Data()
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Comparison/readings.py")
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, script.path, kind, file.path]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let said = text.split(separator: "\n").map(String.init)
    // The last line sums up; a program that failed says nothing.
    guard process.terminationStatus == 0, let summary = said.last else {
      disagreements.append("\(script.path) failed")
      return
    }
    summaries.append(summary)
    disagreements += said.dropLast()
  }
}
