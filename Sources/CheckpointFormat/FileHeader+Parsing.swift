import JSON

extension FileHeader {
  /// Reads the JSON text of a header. Keys that this version does not know are an error unless the
  /// file comes from a newer minor version.
  init(json bytes: [UInt8], ignoringUnknownKeys: Bool) throws(CheckpointError) {
    let value: JSONValue
    do {
      value = try JSONValue(json: bytes, depth: FormatLimits.headerDepth)
    } catch {
      throw CheckpointError(.malformedHeader, "the header is not valid JSON: \(error.description)")
    }
    let members = try value.members(
      "header", known: ["metadata", "sections"], ignoringUnknownKeys: ignoringUnknownKeys)
    for (key, value) in try members.required("metadata").object.orThrow("metadata") {
      metadata[key] = try value.string.orThrow("metadata \(key)")
    }
    for section in try members.required("sections").array.orThrow("sections") {
      sections.append(
        try SectionRecord(json: section, ignoringUnknownKeys: ignoringUnknownKeys))
    }
  }
}

extension SectionRecord {
  fileprivate init(json: JSONValue, ignoringUnknownKeys: Bool) throws(CheckpointError) {
    let members = try json.members(
      "section", known: ["kind", "tensors", "streams"], ignoringUnknownKeys: ignoringUnknownKeys)
    kind = try members.required("kind").string.orThrow("kind")
    for tensor in try members.required("tensors").array.orThrow("tensors") {
      tensors.append(try TensorRecord(json: tensor, ignoringUnknownKeys: ignoringUnknownKeys))
    }
    for stream in try members.required("streams").array.orThrow("streams") {
      streams.append(try StreamRecord(json: stream))
    }
  }
}

extension TensorRecord {
  fileprivate init(json: JSONValue, ignoringUnknownKeys: Bool) throws(CheckpointError) {
    let fields = try json.array.orThrow("tensor")
    guard fields.count == 3 || fields.count == 4 else { throw .malformed("tensor") }
    name = try fields[0].string.orThrow("name of a tensor")
    elementType = try ElementType(json: fields[1])
    var extents: [Int] = []
    for extent in try fields[2].array.orThrow("shape of \(name)") {
      extents.append(try extent.integer.orThrow("shape of \(name)"))
    }
    shape = extents
    guard fields.count == 4 else { return }
    let options = try fields[3].members(
      "options of \(name)", known: ["same"], ignoringUnknownKeys: ignoringUnknownKeys)
    if let number = options["same"] { same = try number.integer.orThrow("same") }
  }
}

extension StreamRecord {
  fileprivate init(json: JSONValue) throws(CheckpointError) {
    let fields = try json.array.orThrow("stream")
    guard fields.count == 2 else { throw .malformed("stream") }
    type = try ElementType(json: fields[0])
    for chunk in try fields[1].array.orThrow("chunks") {
      chunks.append(try ChunkRecord(json: chunk))
    }
  }
}

extension ChunkRecord {
  fileprivate init(json: JSONValue) throws(CheckpointError) {
    let fields = try json.array.orThrow("chunk")
    guard fields.count == 3 else { throw .malformed("chunk") }
    elements = try fields[0].integer.orThrow("chunk")
    var sizes: [Int] = []
    for size in try fields[1].array.orThrow("chunk") {
      sizes.append(try size.integer.orThrow("chunk"))
    }
    planeSizes = sizes
    let digits = try fields[2].string.orThrow("checksum")
    let value = UInt64(digits, radix: 16)
    guard let value, Checksum64.text(value) == digits else { throw .malformed("checksum") }
    checksum = value
  }
}

extension ElementType {
  fileprivate init(json: JSONValue) throws(CheckpointError) {
    let name = try json.string.orThrow("element type")
    guard let type = ElementType(rawValue: name) else {
      throw CheckpointError(.malformedHeader, "unknown element type \(name)")
    }
    self = type
  }
}

extension CheckpointError {
  fileprivate static func malformed(_ what: String) -> CheckpointError {
    CheckpointError(.malformedHeader, "malformed header entry: \(what)")
  }
}

extension Optional {
  fileprivate func orThrow(_ what: @autoclosure () -> String) throws(CheckpointError) -> Wrapped {
    guard let self else { throw .malformed(what()) }
    return self
  }
}

extension [String: JSONValue] {
  fileprivate func required(_ key: String) throws(CheckpointError) -> JSONValue {
    guard let value = self[key] else {
      throw CheckpointError(.malformedHeader, "the header has no key \"\(key)\"")
    }
    return value
  }
}

extension JSONValue {
  fileprivate func members(
    _ what: String, known: Set<String>, ignoringUnknownKeys: Bool
  ) throws(CheckpointError) -> [String: JSONValue] {
    let members = try object.orThrow(what)
    if !ignoringUnknownKeys, let key = members.keys.sorted().first(where: { !known.contains($0) }) {
      throw CheckpointError(.malformedHeader, "unknown key \"\(key)\" in the \(what)")
    }
    return members
  }
}
