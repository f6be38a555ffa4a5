import JSON

/// The header of a file as it is written: what its JSON says, before the parts are fitted together.
struct FileHeader: Equatable {
  var metadata: [String: String] = [:]
  var sections: [SectionRecord] = []
}

/// One section: its tensors, and its streams of chunks in file order.
struct SectionRecord: Equatable {
  var kind: String
  var tensors: [TensorRecord] = []
  var streams: [StreamRecord] = []
}

/// One tensor. Its place follows from the order: it is the next one in the stream of its type.
struct TensorRecord: Equatable {
  var name: String
  var elementType: ElementType
  var shape: [Int]
  /// Number, counted over all sections, of an earlier tensor that has the same bytes.
  var same: Int?
}

/// The elements of all tensors of one type in one section, end to end, cut into chunks.
struct StreamRecord: Equatable {
  var type: ElementType
  var chunks: [ChunkRecord] = []
}

/// One chunk: stored planes, most significant first.
struct ChunkRecord: Equatable {
  var elements: Int
  var planeSizes: [Int]
  var checksum: UInt64

  /// Bytes in the file.
  var storedBytes: Int { planeSizes.reduce(0, +) }
}

extension FileHeader {
  var json: JSONValue {
    .object([
      "metadata": .object(metadata.mapValues { .string($0) }),
      "sections": .array(sections.map(\.json)),
    ])
  }
}

extension SectionRecord {
  fileprivate var json: JSONValue {
    .object([
      "kind": .string(kind),
      "tensors": .array(tensors.map(\.json)),
      "streams": .array(streams.map(\.json)),
    ])
  }
}

extension TensorRecord {
  fileprivate var json: JSONValue {
    let fields: [JSONValue] = [
      .string(name), .string(elementType.rawValue), .array(shape.map { .integer($0) }),
    ]
    return .array(fields + (same.map { [.object(["same": .integer($0)])] } ?? []))
  }
}

extension StreamRecord {
  fileprivate var json: JSONValue {
    .array([.string(type.rawValue), .array(chunks.map(\.json))])
  }
}

extension ChunkRecord {
  fileprivate var json: JSONValue {
    .array([
      .integer(elements), .array(planeSizes.map { .integer($0) }),
      .string(Checksum64.text(checksum)),
    ])
  }
}
