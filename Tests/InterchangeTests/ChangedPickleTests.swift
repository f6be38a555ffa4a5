import CheckpointFormat
import Foundation
import Interchange
import Testing

/// Changed files of PyTorch are read as Python reads them, or refused.
struct ChangedPickleTests {
  private static let python = ProcessInfo.processInfo.environment["LSKD_PYTHON"]
  private static let script = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Comparison/changed_pickles.py")

  /// LSKD_MUTATIONS sets how many files are changed.
  @Test(
    "what is read from changed pickles is what Python's safe loaders read from them",
    .enabled(if: python != nil, "LSKD_PYTHON names no Python with torch and numpy"))
  func changed() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // What stays behind harms no one.
    defer { _ = try? FileManager.default.removeItem(at: folder) }
    #expect(try Self.run("make", folder) == 0)
    let samples = try Sample.all(in: folder)
    #expect(samples.count == 4)
    var accepted = Accepted()
    for sample in samples {
      let content = try PyTorchFile.read(Data(sample.bytes))
      #expect(content.tensors.count == 7)
      try accepted.add(Data(sample.bytes), content, name: sample.name)
    }
    let tries = ProcessInfo.processInfo.environment["LSKD_MUTATIONS"].flatMap { Int($0) } ?? 2_000
    var random = Randomness(state: 11)
    for number in 0..<tries {
      let sample = samples[number % samples.count]
      let data = Data(sample.changed(by: &random))
      do throws(CheckpointError) {
        let content = try PyTorchFile.read(data)
        try accepted.add(data, content, name: "\(sample.name), change \(number)")
      } catch { continue }
    }
    print("\(tries) changed files, \(accepted.lines.count - samples.count) of them read")
    try accepted.bytes.write(to: folder.appendingPathComponent("accepted.bin"))
    try Data(accepted.lines.map { $0 + "\n" }.joined().utf8)
      .write(to: folder.appendingPathComponent("accepted.jsonl"))
    #expect(accepted.lines.count > samples.count + tries / 100)
    #expect(try Self.run("check", folder) == 0)
  }

  private static func run(_ word: String, _ folder: URL) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(python))
    process.arguments = [script.path, word, folder.path]
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}

/// What was read, for the comparison.
private struct Accepted {
  private(set) var bytes = Data()
  private(set) var lines: [String] = []

  private struct Line: Encodable {
    struct Tensor: Encodable {
      let type: String
      let shape: [Int]
      let hex: String

      func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        try list.encode(type)
        try list.encode(shape)
        try list.encode(hex)
      }
    }

    let name: String
    let start, length: Int
    let path, prefixes: [String]
    let tensors: [String: Tensor]
    let metadata: [String: String]
  }

  mutating func add(_ data: Data, _ content: WeightFile.Content, name: String)
    throws(CheckpointError)
  {
    let tensors = content.tensors.map { tensor in
      let hex = tensor.bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
      return (
        tensor.name,
        Line.Tensor(type: tensor.elementType.rawValue, shape: tensor.shape, hex: hex.joined())
      )
    }
    let line = Line(
      name: name, start: bytes.count, length: data.count, path: content.naming.path,
      prefixes: content.naming.prefixes, tensors: Dictionary(tensors) { first, _ in first },
      metadata: content.checkpoint.metadata)
    bytes += data
    do {
      lines.append(String(decoding: try JSONEncoder().encode(line), as: UTF8.self))
    } catch {
      throw CheckpointError(.unsupportedContent, "\(error)")
    }
  }
}

private struct Randomness {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % max(bound, 1)
  }
}

/// A file that Python wrote, with the places of an archive's pickle.
private struct Sample {
  private struct Places: Decodable {
    let start, length: Int
    let checksums: [Int]
  }

  let name: String
  let bytes: [UInt8]
  private let places: Places?

  static func all(in folder: URL) throws -> [Sample] {
    try ["archive-2", "archive-4", "stream-2", "stream-4"].map { name in
      let bytes = try Data(contentsOf: folder.appendingPathComponent(name + ".pth"))
      let json = try Data(contentsOf: folder.appendingPathComponent(name + ".json"))
      return Sample(
        name: name, bytes: [UInt8](bytes),
        places: name.hasPrefix("archive") ? try JSONDecoder().decode(Places.self, from: json) : nil)
    }
  }

  /// Bytes that steer the machine, which random ones seldom are.
  private static let instructions: [UInt8] = [
    0x2E, 0x28, 0x30, 0x4E, 0x88, 0x89, 0x4A, 0x4B, 0x4D, 0x8A, 0x47, 0x58, 0x8C, 0x54, 0x55, 0x7D,
    0x5D, 0x29, 0x74, 0x85, 0x86, 0x87, 0x61, 0x65, 0x73, 0x75, 0x71, 0x72, 0x94, 0x68, 0x6A, 0x63,
    0x93, 0x51, 0x52, 0x81, 0x62,
  ]

  /// The file with one to three changes: bytes, instructions, pieces that are exchanged, doubled or left out. In
  /// an archive the pickle alone is changed and keeps its length, and the checksums are made to fit.
  func changed(by random: inout Randomness) -> [UInt8] {
    let start = places?.start ?? 0
    var part = Array(bytes[start..<(start + (places?.length ?? bytes.count))])
    for _ in 0...random.below(3) { change(&part, by: &random) }
    guard let places else { return part }
    var result = bytes
    result.replaceSubrange(start..<(start + places.length), with: part)
    let checksum = Self.checksum(part)
    for place in places.checksums {
      for byte in 0..<4 { result[place + byte] = UInt8(checksum >> (8 * UInt32(byte)) & 0xFF) }
    }
    return result
  }

  private func change(_ part: inout [UInt8], by random: inout Randomness) {
    let place = random.below(part.count)
    let piece = place..<min(place + 1 + random.below(24), part.count)
    switch random.below(places == nil ? 7 : 5) {
    case 0: part[place] = UInt8(random.below(256))
    case 1: part[place] ^= 1 << UInt8(random.below(8))
    case 2: part[place] = Self.instructions[random.below(Self.instructions.count)]
    case 3: part[place] = part[random.below(part.count)]
    case 4:
      let other = random.below(part.count - piece.count)
      for (offset, index) in piece.enumerated() { part.swapAt(index, other + offset) }
    case 5: part.insert(contentsOf: part[piece], at: random.below(part.count))
    default: part.removeSubrange(piece)
    }
    if part.isEmpty { part = [0] }
  }

  /// CRC-32 as ZIP archives have it.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0 as UInt32) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { rest, _ in
        rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1
      }
    }
  }
}
