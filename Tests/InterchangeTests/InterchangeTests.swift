import CheckpointFormat
import Foundation
import Interchange
import Testing

struct InterchangeTests {
  private static func tensor(_ name: String, _ type: ElementType, _ shape: [Int]) throws
    -> StoredTensor
  {
    let count = shape.reduce(1, *) * type.byteCount
    return try StoredTensor(
      name: name, elementType: type, shape: shape, bytes: Data((0..<count).map { UInt8($0 % 2) }))
  }

  private static func sample() throws -> Checkpoint {
    var tensors = try ElementType.allCases.map { try tensor("x.\($0.rawValue)", $0, [2, 3]) }
    tensors += [try tensor("scalar", .int64, []), try tensor("nothing", .float32, [0, 4])]
    return Checkpoint(metadata: ["epoch": "3", "ä": "\"\n"], sections: [.model: tensors])
  }

  private static func byName(_ checkpoint: Checkpoint) -> [String: StoredTensor] {
    Dictionary(uniqueKeysWithValues: (checkpoint.sections[.model] ?? []).map { ($0.name, $0) })
  }

  @Test("every type and shape goes to safetensors and back")
  func safetensors() throws {
    let sample = try Self.sample()
    let data = try Safetensors.encoded(sample)
    let back = try Safetensors.read(data)
    // What a foreign file says is data, whatever its keys.
    #expect(back.metadata == ["source.epoch": "3", "source.ä": "\"\n"])
    #expect(Self.byName(back) == Self.byName(sample))
    #expect(
      try Safetensors.encoded(Checkpoint(metadata: sample.metadata, sections: back.sections))
        == data)
  }

  @Test("every type and shape goes to .pth and back, in order")
  func torch() throws {
    let sample = try Self.sample()
    let data = try PyTorchFile.encoded(sample)
    #expect(try PyTorchFile.read(data).checkpoint.sections == sample.sections)
    #expect(try PyTorchFile.encoded(sample) == data)
  }

  @Test(
    "files of PyTorch itself: nested, strided, shared, with module. names",
    arguments: [TorchFiles.archive, TorchFiles.stream])
  func torchItself(_ data: Data) throws {
    let checkpoint = try PyTorchFile.read(data).checkpoint
    let tensors = Self.byName(checkpoint)
    #expect(checkpoint.metadata == ["source.epoch": "3", "source.note": "ä"])
    #expect(checkpoint.sections[.model]?.map(\.name) == ["a", "b", "c"])
    #expect(tensors["a"]?.shape == [3, 2])
    #expect(tensors["a"]?.values() == [0, 3, 1, 4, 2, 5])
    #expect(tensors["b"]?.elementType == .float16)
    #expect(tensors["b"]?.values() == [1, 2, 4, 5])
    #expect(tensors["c"]?.values() == [0, 1, 2, 3, 4, 5])
    #expect { try PyTorchFile.read(data, .init(key: "absent")) } throws: {
      "\($0)".contains("state_dict, epoch, note")
    }
  }

  @Test("a name that is not on the list is refused by that name")
  func foreignName() throws {
    let data = Data([0x80, 2] + Array("cposix\nsystem\n".utf8) + [0x2E])
    #expect { try PyTorchFile.read(data) } throws: {
      ($0 as? CheckpointError)?.code == .unsupportedContent && "\($0)".contains("posix.system")
    }
  }

  /// A safetensors file with this header and so many bytes behind it.
  private static func file(_ header: String, bytes: Int) -> Data {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8)
      + Data(count: bytes)
  }

  @Test(
    "what safetensors forbids is refused",
    arguments: [
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 5),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3),
      (
        #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
        3
      ),
      (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0),
      (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4),
      (#"{"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}}"#, 4),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}"#, 4),
      (
        #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#,
        1
      ),
      (#"{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}}"#, 4),
      ("[]", 0), ("{", 0),
    ])
  func forbidden(_ header: String, _ bytes: Int) {
    #expect(throws: CheckpointError.self) { try Safetensors.read(Self.file(header, bytes: bytes)) }
  }

  @Test("a header longer than the file is refused before anything is allocated")
  func longHeader() {
    #expect { try Safetensors.read(Data([255, 255, 255, 255, 255, 255, 255, 127, 123])) } throws: {
      ($0 as? CheckpointError)?.code == .limitExceeded
    }
  }

  /// Every cut and many changes of every format end in a tensor or in an error; LSKD_MUTATIONS sets how many.
  @Test("damaged files never trap", arguments: ["safetensors", "archive", "stream", "own archive"])
  func damage(_ kind: String) throws {
    let data =
      switch kind {
      case "safetensors": try Safetensors.encoded(Self.sample())
      case "archive": TorchFiles.archive
      case "stream": TorchFiles.stream
      default: try PyTorchFile.encoded(Self.sample())
      }
    func read(_ data: Data) -> Bool {
      do {
        _ = try kind == "safetensors" ? Safetensors.read(data) : PyTorchFile.read(data).checkpoint
        return true
      } catch {
        return false
      }
    }
    #expect(read(data))
    for length in 0..<data.count - 1 where kind != "archive" && kind != "own archive" {
      #expect(!read(data.prefix(length)), "the first \(length) bytes")
    }
    let tries = ProcessInfo.processInfo.environment["LSKD_MUTATIONS"].flatMap { Int($0) } ?? 3_000
    var state: UInt64 = 7
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<tries {
      var bytes = [UInt8](data)
      for _ in 0...random(3) { bytes[random(bytes.count)] = UInt8(random(256)) }
      if random(8) == 0 { bytes.removeLast(random(bytes.count)) }
      _ = read(Data(bytes))
    }
  }

  @Test("an archive in which a record is missing or of another size is refused")
  func records() throws {
    // The names stand in front of a record and in the list at the end, outside of every checksum.
    let names = ["zip/data/0", "zip/data/1"].map { Data($0.utf8) }
    #expect(throws: Never.self) { try PyTorchFile.read(TorchFiles.archive) }
    for (first, second) in [(Data("zip/data/9".utf8), names[1]), (names[1], names[0])] {
      var bytes = TorchFiles.archive
      for (name, other) in zip(names, [first, second]) {
        var place = TorchFiles.archive.startIndex
        while let found = TorchFiles.archive[place...].range(of: name) {
          bytes.replaceSubrange(found, with: other)
          place = found.upperBound
        }
      }
      #expect { try PyTorchFile.read(bytes) } throws: {
        ($0 as? CheckpointError)?.code == .wrongLength
      }
    }
  }

  @Test("a wide stride-0 view of a small storage is refused as too large")
  func expandingView() throws {
    // As torch.save writes it, but with a view of 2^36 elements that all are the same one.
    var pickle = Data([0x80, 2, 0x7D, 0x58, 1, 0, 0, 0, 0x61])
    pickle += Data("ctorch._utils\n_rebuild_tensor_v2\n".utf8) + Data([0x28, 0x28])
    pickle += Data([0x58, 7, 0, 0, 0]) + Data("storage".utf8) + Data("ctorch\nFloatStorage\n".utf8)
    pickle += Data([0x58, 1, 0, 0, 0, 0x30, 0x58, 3, 0, 0, 0]) + Data("cpu".utf8)
    pickle += Data([0x4B, 1, 0x4E, 0x74, 0x51, 0x4B, 0])
    pickle += Data([0x4A, 0, 0, 4, 0, 0x4A, 0, 0, 4, 0, 0x86, 0x4B, 0, 0x4B, 0, 0x86, 0x89])
    pickle += Data([0x4E, 0x74, 0x52, 0x73, 0x2E])
    let sample = try PyTorchFile.encoded(
      Checkpoint(sections: [.model: [Self.tensor("a", .float32, [1])]]))
    #expect(throws: Never.self) { try PyTorchFile.read(sample) }
    let stream = TorchFiles.stream
    // The same preamble as a real file of the older form: magic, version and system.
    let start = try #require(stream.range(of: Data([0x80, 2, 0x7D, 0x71, 1 - 1, 0x28, 0x58, 10])))
    #expect {
      try PyTorchFile.read(
        stream.prefix(upTo: start.lowerBound) + pickle + Data([0x80, 2, 0x5D, 0x2E]))
    } throws: { ($0 as? CheckpointError)?.code == .limitExceeded }
  }

  @Test("float16 and bfloat16 round to nearest, ties to even")
  func halves() throws {
    let values: [Float] = [
      0, -0, 1, 65504, 65519, 65520, 5.9604645e-8, 2.9802322e-8, 1.0004883, -.infinity,
      .greatestFiniteMagnitude, 0.1,
    ]
    let tensor = try StoredTensor(
      name: "x", elementType: .float32, shape: [values.count],
      bytes: values.withUnsafeBytes { Data($0) })
    #expect(
      tensor.rounded(to: .float16).values()
        == [
          0, -0, 1, 65504, 65504, .infinity, 0x1p-24, 0, 1, -.infinity, .infinity, 0.0999755859375,
        ])
    #expect(
      tensor.rounded(to: .bfloat16).values()[2...11] == [
        1, 65536, 65536, 65536, 0x1p-24, 0x1p-25, 1, -.infinity, .infinity, 0.10009765625,
      ])
    let checkpoint = Checkpoint(sections: [.model: [tensor]]).rounded(to: .bfloat16)
    #expect(checkpoint.metadata[Checkpoint.lossyKey] == "float32 rounded to bfloat16")
  }
}
