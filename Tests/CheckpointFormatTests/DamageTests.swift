import CheckpointFormat
import Foundation
import Testing

/// Files that someone made on purpose. LSKD_MUTATIONS sets how many mutations of each kind are tried.
struct DamageTests {
  private static let tries =
    ProcessInfo.processInfo.environment["LSKD_MUTATIONS"].flatMap { Int($0) } ?? 20_000

  private struct Mutator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func number(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }

    mutating func change(_ bytes: inout [UInt8]) {
      for _ in 0...number(4) { bytes[number(bytes.count)] = UInt8(number(256)) }
      switch number(8) {
      case 0: bytes.removeLast(number(bytes.count))
      case 1:
        let start = number(bytes.count)
        bytes.insert(contentsOf: bytes[start..<min(bytes.count, start + number(40))], at: start)
      default: break
      }
    }
  }

  private static func sample() throws -> Data {
    let weights = (0..<5_000).map { Float($0 % 97) * 0.01 - 0.3 }
    let bytes = weights.withUnsafeBytes { Data($0) }
    return try Checkpoint(
      metadata: ["k": "v"],
      sections: [
        .model: [
          StoredTensor(name: "w", elementType: .float32, shape: [50, 100], bytes: bytes),
          StoredTensor(name: "same", elementType: .float32, shape: [5_000], bytes: bytes),
          StoredTensor(name: "n", elementType: .int64, shape: [], bytes: Data(count: 8)),
        ],
        .extras: [StoredTensor(name: "b", elementType: .bool, shape: [3], bytes: Data([0, 1, 1]))],
      ]
    ).encoded()
  }

  /// Opens and reads everything; whether that worked.
  private static func reads(_ data: Data) -> Bool {
    do {
      _ = try CheckpointReader(data: data).tensors(threads: 1)
      return true
    } catch {
      return false
    }
  }

  @Test("any change of any byte is refused")
  func anyChange() throws {
    let data = try Self.sample()
    #expect(Self.reads(data))
    var mutator = Mutator(seed: 42)
    for _ in 0..<Self.tries {
      var bytes = [UInt8](data)
      mutator.change(&bytes)
      guard Data(bytes) != data else { continue }
      #expect(throws: CheckpointError.self) { try CheckpointReader(data: Data(bytes)).verify() }
    }
  }

  /// What a forger would do: change the header's text and make all lengths and checksums fit again.
  @Test("a changed header with fitting checksums is refused or read without a trap")
  func forgedHeaders() throws {
    let data = [UInt8](try Self.sample())
    let stored = Self.length(data, at: 12)
    let expanded = Self.length(data, at: 16)
    let start = FileEnvelope.prefixBytes
    var text = Array(data[start..<(start + stored)])
    if stored < expanded {
      text = [UInt8](repeating: 0, count: expanded)
      let decompressor = try ZstandardDecompressor()
      try text.withUnsafeMutableBytes { target in
        try data[start..<(start + stored)].withUnsafeBytes {
          try decompressor.expand($0, into: target)
        }
      }
    }
    let rest = Array(data[(start + stored)...])
    #expect(Self.reads(Self.file(header: text, rest: rest)))
    var mutator = Mutator(seed: 43)
    var accepted = 0
    for number in 0..<Self.tries {
      var header = text
      if number % 2 == 0 { mutator.change(&header) } else { Self.changeDigits(&header, &mutator) }
      if Self.reads(Self.file(header: header, rest: rest)) { accepted += 1 }
    }
    // Names and metadata may change; sizes may not.
    #expect(accepted < Self.tries / 2)
  }

  /// Replaces digits by other digits, so that the text stays JSON and the numbers lie.
  private static func changeDigits(_ text: inout [UInt8], _ mutator: inout Mutator) {
    let digits = text.indices.filter { (0x30...0x39).contains(text[$0]) }
    for _ in 0...mutator.number(3) {
      text[digits[mutator.number(digits.count)]] = UInt8(0x30 + mutator.number(10))
    }
    if mutator.number(4) == 0 {
      text.insert(contentsOf: "99999999".utf8, at: digits[mutator.number(digits.count)])
    }
  }

  /// Changes stored planes and makes their checksums fit, which reaches the decompressor.
  @Test("changed planes with fitting checksums are refused or read without a trap")
  func forgedPlanes() throws {
    let data = [UInt8](try Self.sample())
    var mutator = Mutator(seed: 44)
    let reader = try CheckpointReader(data: Data(data))
    let plane = try #require(reader.entries.first)
    #expect(plane.storedBytes < Double(plane.byteCount))
    let start = FileEnvelope.prefixBytes + Self.length(data, at: 12)
    let target = try ZstandardDecompressor()
    var output = [UInt8](repeating: 0, count: 1 << 16)
    for _ in 0..<Self.tries {
      var bytes = Array(data[start..<(data.count - FileEnvelope.trailerBytes)])
      mutator.change(&bytes)
      let count = mutator.number(output.count)
      do {
        try output.withUnsafeMutableBytes { memory in
          try bytes.withUnsafeBytes {
            try target.expand($0, into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count]))
          }
        }
      } catch {
        #expect(error is CheckpointError)
      }
    }
  }

  private static func length(_ data: [UInt8], at place: Int) -> Int {
    data[place..<(place + 4)].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private static func file(header: [UInt8], rest: [UInt8]) -> Data {
    let envelope = FileEnvelope(
      storedHeaderBytes: header.count, headerBytes: header.count,
      fileBytes: FileEnvelope.prefixBytes + header.count + rest.count)
    return Data(envelope.encoded(storedHeader: header) + rest)
  }
}
