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
    let original = try Forgery(of: Self.sample())
    #expect(Self.reads(original.file))
    var mutator = Mutator(seed: 43)
    var accepted = 0
    for number in 0..<Self.tries {
      var forgery = original
      if number % 2 == 0 {
        mutator.change(&forgery.header)
      } else {
        Self.changeDigits(&forgery.header, &mutator)
      }
      if Self.reads(forgery.file) { accepted += 1 }
    }
    // Names and metadata may change; sizes may not.
    #expect(accepted < Self.tries / 2)
  }

  @Test(
    "every rule of the header has its error",
    arguments: [
      ("[50,100]", "[50,101]", CheckpointError.Code.sizeMismatch),
      ("[50,100]", "[50,99]", .malformedHeader), ("[50,100]", "[-50,100]", .limitExceeded),
      ("[50,100]", "[4611686018427387904,4]", .limitExceeded),
      ("[50,100]", "[" + String(repeating: "1,", count: 40) + "1]", .limitExceeded),
      ("[50,100]", "[50.5,100]", .malformedHeader), ("[50,100]", "[NaN]", .malformedHeader),
      ("\"float32\"", "\"float33\"", .malformedHeader),
      ("\"same\":0", "\"same\":2", .malformedHeader),
      ("\"same\":0", "\"same\":9223372036854775807", .malformedHeader),
      ("\"same\":0", "\"other\":0", .malformedHeader),
      ("\"kind\":\"extras\"", "\"kind\":\"model\"", .malformedHeader),
      ("\"kind\":\"extras\"", "\"kind\":\"spare\"", .malformedHeader),
      ("{\"k\":", "{\"k\":\"\",\"k\":", .malformedHeader),
      ("{\"k\":\"v\"}", String(repeating: "[", count: 10_000), .malformedHeader),
      ("\"same\",\"float32\"", "\"w\",\"float32\"", .invalidName),
      ("\"n\",", "\"\",", .invalidName), ("[[5000,", "[[5000000,", .malformedHeader),
      ("[[5000,", "[[0,", .malformedHeader), ("[[5000,", "[[4999,", .sizeMismatch),
      ("\"metadata\"", "\"metadatum\"", .malformedHeader),
    ])
  func rules(_ old: String, _ new: String, _ code: CheckpointError.Code) throws {
    var forgery = try Forgery(of: Self.sample())
    try forgery.replace(old, by: new)
    #expect { try CheckpointReader(data: forgery.file).tensors(threads: 1) } throws: {
      ($0 as? CheckpointError)?.code == code
    }
  }

  @Test("a header that is not UTF-8 is refused")
  func notText() throws {
    var forgery = try Forgery(of: Self.sample())
    forgery.header[3] = 0xFF
    #expect { try CheckpointReader(data: forgery.file) } throws: {
      ($0 as? CheckpointError)?.code == .malformedHeader
    }
  }

  @Test("keys and sections of a newer minor version are left out")
  func newerMinor() throws {
    var forgery = try Forgery(of: Self.sample())
    try forgery.replace("{\"metadata\"", by: "{\"later\":[1],\"metadata\"")
    try forgery.replace("\"kind\":\"extras\"", by: "\"kind\":\"later\"")
    #expect(throws: CheckpointError.self) { try CheckpointReader(data: forgery.file) }
    forgery.minor = 7
    let reader = try CheckpointReader(data: forgery.file)
    #expect(reader.formatVersion == "1.7")
    #expect(try reader.tensors().keys.map(\.rawValue) == ["model"])
  }

  @Test("a small file that claims to hold gigabytes is refused before anything is allocated")
  func bomb() throws {
    let chunk = "[262144,[1,1,1,1],\"0000000000000000\"]"
    let count = 4_200
    let chunks = Array(repeating: chunk, count: count).joined(separator: ",")
    var forgery = try Forgery(of: Self.sample())
    forgery.header = Array(
      ("{\"metadata\":{},\"sections\":[{\"kind\":\"model\",\"streams\":[[\"float32\",[\(chunks)]]],"
        + "\"tensors\":[[\"w\",\"float32\",[\(count),262144]]]}]}").utf8)
    forgery.rest = [UInt8](repeating: 0, count: 4 * count + FileEnvelope.trailerBytes)
    #expect { try CheckpointReader(data: forgery.file) } throws: {
      ($0 as? CheckpointError)?.code == .limitExceeded
    }
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

  /// Changes the first chunk's bytes and makes its checksum fit, which reaches the decompressor.
  @Test("changed planes with fitting checksums are refused or read without a trap")
  func forgedPlanes() throws {
    let original = try Forgery(of: Self.sample())
    let text = String(decoding: original.header, as: UTF8.self)
    let chunk = try #require(text.firstMatch(of: /\[\[5000,\[([0-9,]+)\],"([0-9a-f]{16})"/))
    let size = chunk.1.split(separator: ",").compactMap { Int($0) }.reduce(0, +)
    var mutator = Mutator(seed: 44)
    var accepted = 0
    for _ in 0..<Self.tries {
      var forgery = original
      for _ in 0...mutator.number(4) {
        forgery.rest[mutator.number(size)] = UInt8(mutator.number(256))
      }
      let digits = String(Checksum64.of(Array(forgery.rest[..<size])), radix: 16)
      let padded = String(repeating: "0", count: 16 - digits.count) + digits
      try forgery.replace(String(chunk.2), by: padded)
      if Self.reads(forgery.file) { accepted += 1 }
    }
    // Noise may change; a frame that no longer expands to its size may not.
    #expect(accepted > 0 && accepted < Self.tries)
  }
}
