import CheckpointFormat
import Foundation
import Testing

struct CheckpointTests {
  /// Bytes that look like weights: a narrow exponent, a random rest.
  private static func weights(_ count: Int, seed: UInt64) -> Data {
    var state = seed
    var data = Data(capacity: count * 4)
    for _ in 0..<count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let value = Float(Int64(bitPattern: state) >> 40) * 1e-9
      withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
    return data
  }

  private static func sample() throws -> Checkpoint {
    let big = try StoredTensor(
      name: "conv.weight", elementType: .float32, shape: [64, 32, 9, 9],
      bytes: weights(64 * 32 * 81, seed: 1))
    let small = try StoredTensor(
      name: "größe", elementType: .int64, shape: [], bytes: Data([7, 0, 0, 0, 0, 0, 0, 0]))
    let empty = try StoredTensor(
      name: "nothing", elementType: .float32, shape: [0, 3], bytes: Data())
    let momentum = try StoredTensor(
      name: "conv.weight", elementType: .float32, shape: [300, 100],
      bytes: weights(30_000, seed: 2))
    return Checkpoint(
      metadata: ["architecture": "wrn-16-2", "note": "ä\"\n"],
      sections: [.model: [big, small, empty], .optimizer: [momentum]])
  }

  private func temporaryFile() -> URL {
    FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).lskd")
  }

  @Test("what is written reads back, section by section and tensor by tensor")
  func roundTrip() throws {
    let file = temporaryFile()
    let checkpoint = try Self.sample()
    try checkpoint.write(to: file)
    #expect(try Checkpoint(contentsOf: file) == checkpoint)
    let model = try Checkpoint(contentsOf: file, sections: [.model])
    #expect(model.sections[.optimizer] == nil)
    #expect(model.sections[.model] == checkpoint.sections[.model])
    let reader = try CheckpointReader(contentsOf: file)
    try reader.verify()
    let one = try reader.tensor("conv.weight", in: .optimizer)
    #expect(one == checkpoint.sections[.optimizer]?.first)
    #expect(throws: CheckpointError.self) { try reader.tensor("absent") }
  }

  @Test("every element type reads back", arguments: ElementType.allCases)
  func elementTypes(type: ElementType) throws {
    let bytes = Data((0..<(type.byteCount * 40_000)).map { UInt8(truncatingIfNeeded: $0 % 2) })
    let tensor = try StoredTensor(name: "x", elementType: type, shape: [40_000], bytes: bytes)
    let data = try Checkpoint(sections: [.extras: [tensor]]).encoded()
    let reader = try CheckpointReader(data: data)
    #expect(try reader.tensor("x", in: .extras) == tensor)
  }

  @Test("the same content gives the same bytes on any number of threads")
  func deterministic() throws {
    let one = try Self.sample().encoded(options: WriteOptions(threads: 1))
    let three = try Self.sample().encoded(options: WriteOptions(threads: 3))
    #expect(one == three)
  }

  @Test("tensors with the same bytes are stored once")
  func shared() throws {
    let bytes = Self.weights(100_000, seed: 3)
    func tensor(_ name: String) throws -> StoredTensor {
      try StoredTensor(name: name, elementType: .float32, shape: [100_000], bytes: bytes)
    }
    let once = try Checkpoint(sections: [.model: [tensor("a")]]).encoded().count
    let twice = try Checkpoint(sections: [.model: [tensor("a"), tensor("b")]]).encoded()
    #expect(twice.count < once + 1_000)
    let reader = try CheckpointReader(data: twice)
    #expect(try reader.tensor("b").bytes == bytes)
  }

  @Test("weights shrink by the redundancy of their exponents")
  func compresses() throws {
    let data = try Self.sample().encoded()
    #expect(Double(data.count) < 0.95 * Double(64 * 32 * 81 * 4 + 120_000))
  }

  @Test("a file that is cut anywhere in its header or trailer is refused")
  func truncated() throws {
    let data = try Self.sample().encoded()
    // Every byte of prefix and header; then every length near a border of chunks, and the trailer.
    let cuts =
      Array(0..<600) + Array(stride(from: 600, to: data.count, by: 997))
      + Array((data.count - 100)..<data.count)
    for count in cuts {
      #expect(throws: CheckpointError.self) { try CheckpointReader(data: data.prefix(count)) }
    }
  }

  @Test("no flipped bit goes unnoticed")
  func flips() throws {
    let data = try Self.sample().encoded()
    var places = Array(0..<400)
    places += stride(from: 400, to: data.count, by: data.count / 400)
    for place in places {
      var damaged = data
      damaged[place] ^= 1 << UInt8(place % 8)
      #expect(throws: CheckpointError.self, "byte \(place)") {
        let reader = try CheckpointReader(data: damaged)
        try reader.verify()
      }
    }
  }

  @Test("a newer major version says so")
  func newer() throws {
    var data = try Self.sample().encoded()
    data[8] = 2
    #expect { try CheckpointReader(data: data) } throws: {
      ($0 as? CheckpointError)?.code == .newerVersion
    }
  }

  @Test("a file that is too short and one that is too long say so")
  func length() throws {
    let whole = try Self.sample().encoded()
    for (data, words) in [
      (whole.dropLast(), "the copy is incomplete"), (whole + [0], "something was added to it"),
    ] {
      #expect {
        try CheckpointReader(data: Data(data))
      } throws: {
        "\($0)".contains(words)
      }
    }
  }

  @Test("what is no checkpoint is refused by kind")
  func foreign() throws {
    let directory = FileManager.default.temporaryDirectory
    #expect { try CheckpointReader(contentsOf: directory) } throws: {
      ($0 as? CheckpointError)?.code == .notARegularFile
    }
    #expect { try CheckpointReader(contentsOf: URL(fileURLWithPath: "/dev/null")) } throws: {
      ($0 as? CheckpointError)?.code == .notARegularFile
    }
    #expect { try CheckpointReader(data: Data()) } throws: {
      ($0 as? CheckpointError)?.code == .wrongLength
    }
    #expect { try CheckpointReader(data: Data(repeating: 65, count: 500)) } throws: {
      ($0 as? CheckpointError)?.code == .wrongFormat
    }
  }

  @Test("sizes that do not fit the shape, doubled names and impossible shapes are refused")
  func inconsistent() throws {
    #expect {
      try StoredTensor(name: "x", elementType: .float32, shape: [2], bytes: Data(count: 4))
    } throws: { ($0 as? CheckpointError)?.code == .sizeMismatch }
    #expect {
      try StoredTensor(
        name: "x", elementType: .float32, shape: [.max, .max], bytes: Data(count: 4))
    } throws: { ($0 as? CheckpointError)?.code == .limitExceeded }
    let tensor = try StoredTensor(name: "x", elementType: .uint8, shape: [1], bytes: Data([1]))
    #expect(throws: CheckpointError.self) {
      try Checkpoint(sections: [.model: [tensor, tensor]]).encoded()
    }
  }

  @Test("a write that fails leaves the old file")
  func failedWrite() throws {
    let file = URL(fileURLWithPath: "/proc/lskd-cannot-exist.lskd")
    #expect { try Self.sample().write(to: file) } throws: {
      ($0 as? CheckpointError)?.code == .fileAccess
    }
  }
}
