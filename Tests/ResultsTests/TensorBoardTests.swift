import Foundation
import Results
import Testing

struct TensorBoardTests {
  private func file() throws -> URL {
    let url = try temporaryDirectory().appendingPathComponent("events.out.tfevents.lskd")
    let log = try TensorBoardFile(url) { 1.5 }
    try log.append(["test/top1_error": 24.5, "loss/ofd": 3], step: 1)
    try log.append(["test/top1_error": 23.25], step: 300)
    try log.append(Self.picture, step: 300)
    return url
  }

  /// Three pixels, of which the bytes need not be a file for the format.
  private static let picture = TensorBoardFile.Picture(
    tag: "test/first photo", width: 3, height: 1, png: Data("pixels".utf8))

  @Test("a file of events has the bytes that the format says")
  func bytes() throws {
    let bytes = [UInt8](try Data(contentsOf: try file()))
    // 24 bytes of event: the time as a double, and the version; its length first.
    #expect(bytes.prefix(8) == [24, 0, 0, 0, 0, 0, 0, 0])
    #expect(bytes[12..<21] == [0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F])
    #expect(bytes[21..<36].elementsEqual([0x1A, 13] + Array("brain.Event:2".utf8)))
    // The next record's step and its summary, whose first value is that of the first tag.
    let second = bytes.dropFirst(40)
    let event = Array(second.dropFirst(12).prefix(Int(second[40])))
    #expect(event[9..<11] == [0x10, 1])
    #expect(event[11] == 0x2A && Int(event[12]) == event.count - 13)
    let tag = Array("loss/ofd".utf8)
    #expect(event[13..<27].elementsEqual([0x0A, 15, 0x0A, 8] + tag + [0x15, 0]))
    // Rows, columns, channels and the file are the last bytes before the checksum.
    let image = [0x08, 1, 0x10, 3, 0x18, 3, 0x22, 6] + Array("pixels".utf8)
    #expect(bytes.dropLast(4).suffix(image.count).elementsEqual(image))
  }

  /// A Python with the package; `LSKD_PYTHON` names it.
  private static let python: String? = {
    guard let python = ProcessInfo.processInfo.environment["LSKD_PYTHON"] else { return nil }
    let found = try? run(python, ["-c", "import tensorboard"])  // One that cannot start has none.
    return found?.code == 0 ? python : nil
  }()

  private static func run(_ python: String, _ arguments: [String]) throws -> (
    code: Int32, output: Data
  ) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, bytes)
  }

  @Test(
    "TensorBoard's own package reads scalars and pictures back",
    .enabled(if: python != nil, "LSKD_PYTHON names no Python with tensorboard"))
  func package() throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Comparison/read_tensorboard.py")
    let python = try #require(Self.python)
    let (code, output) = try Self.run(python, [script.path, try file().path])
    #expect(code == 0)
    let read = try #require(
      try JSONSerialization.jsonObject(with: output) as? [String: [String: [[Double]]]])
    #expect(
      read == [
        "scalars": ["test/top1_error": [[1, 24.5], [300, 23.25]], "loss/ofd": [[1, 3]]],
        "pictures": ["test/first photo": [[300, 3, 1, 6]]],
      ])
  }
}
