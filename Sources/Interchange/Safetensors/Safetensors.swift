public import CheckpointFormat
public import Foundation
import JSON

/// The safetensors format: the length of a JSON header, the header, the bytes of the tensors.
///
/// Read strictly, as the format asks: offsets in order, without a hole or an overlap, every size the
/// product of shape and type, nothing behind the last tensor.
public enum Safetensors {
  /// Most bytes of a header, the format's own bound.
  public static let headerBytes = 100_000_000
  private static let metadataKey = "__metadata__"

  /// Whether bytes begin like a file of this format.
  static func isLikely(_ data: Data) -> Bool {
    data.count > 8 && data[data.startIndex + 8] == UInt8(ascii: "{")
  }

  /// Reads a file; `metadata` holds its text entries, with `WeightFile.foreignPrefix` before their keys, the model
  /// section its tensors in file order.
  public static func read(_ data: Data) throws(CheckpointError) -> Checkpoint {
    guard data.count >= 8 else { throw CheckpointError(.wrongLength, "the file has no header") }
    let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(min(headerBytes, data.count - 8)) else {
      throw CheckpointError(
        .limitExceeded, "a header of \(length) bytes in a file of \(data.count)")
    }
    let start = data.startIndex + 8
    let header = try parse([UInt8](data[start..<(start + Int(length))]))
    let content = data[(start + Int(length))...]
    var metadata: [String: String] = [:]
    var places: [Place] = []
    for (name, value) in header {
      if name == metadataKey {
        metadata = try texts(value)
      } else {
        places.append(try Place(name, value))
      }
    }
    places.sort {
      ($0.range.lowerBound, $0.range.upperBound, $0.name) < (
        $1.range.lowerBound, $1.range.upperBound, $1.name
      )
    }
    var end = 0
    var tensors: [StoredTensor] = []
    for place in places {
      guard place.range.lowerBound == end, place.range.upperBound <= content.count else {
        throw CheckpointError(
          .malformedHeader, "its bytes \(place.range) do not follow byte \(end)",
          tensor: place.name)
      }
      end = place.range.upperBound
      let first = content.startIndex + place.range.lowerBound
      tensors.append(
        try StoredTensor(
          name: place.name, elementType: place.type, shape: place.shape,
          bytes: Data(content[first..<(first + place.range.count)])))
    }
    guard end == content.count else {
      throw CheckpointError(.wrongLength, "\(content.count - end) bytes follow the last tensor")
    }
    return Checkpoint(metadata: metadata, sections: [.model: tensors])
  }

  /// The bytes of a file with the checkpoint's model section and metadata.
  public static func encoded(_ checkpoint: Checkpoint) throws(CheckpointError) -> Data {
    // As the reference implementation orders them: wide elements first, which keeps all aligned.
    let tensors = (checkpoint.sections[.model] ?? []).sorted {
      ($1.elementType.byteCount, $0.name) < ($0.elementType.byteCount, $1.name)
    }
    var header: [String: JSONValue] = [:]
    if !checkpoint.metadata.isEmpty {
      header[metadataKey] = .object(checkpoint.metadata.mapValues { .string($0) })
    }
    var offset = 0
    for tensor in tensors {
      guard tensor.name != metadataKey, header[tensor.name] == nil else {
        throw CheckpointError(.invalidName, "the name cannot be stored", tensor: tensor.name)
      }
      header[tensor.name] = .object([
        "dtype": .string(tensor.elementType.safetensorsName),
        "shape": .array(tensor.shape.map { .integer($0) }),
        "data_offsets": .array([.integer(offset), .integer(offset + tensor.bytes.count)]),
      ])
      offset += tensor.bytes.count
    }
    var text = Array(JSONValue.object(header).canonical.utf8)
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    var file = Data(capacity: 8 + text.count + offset)
    withUnsafeBytes(of: UInt64(text.count).littleEndian) { file.append(contentsOf: $0) }
    file.append(contentsOf: text)
    for tensor in tensors { file.append(tensor.bytes) }
    return file
  }

  private static func parse(_ bytes: [UInt8]) throws(CheckpointError) -> [String: JSONValue] {
    let value: JSONValue
    do {
      value = try JSONValue(json: bytes, depth: FormatLimits.headerDepth)
    } catch {
      throw CheckpointError(.malformedHeader, error.description)
    }
    guard let header = value.object else {
      throw CheckpointError(.malformedHeader, "the header is not an object")
    }
    return header
  }

  private static func texts(_ value: JSONValue) throws(CheckpointError) -> [String: String] {
    var result: [String: String] = [:]
    for (key, entry) in value.object ?? [:] {
      guard let text = entry.string else {
        throw CheckpointError(.malformedHeader, "the metadata entry \"\(key)\" is not a text")
      }
      result[WeightFile.foreignPrefix + key] = text
    }
    return result
  }
}

/// What the header says about one tensor.
private struct Place {
  let name: String
  let type: ElementType
  let shape: [Int]
  let range: Range<Int>

  init(_ name: String, _ value: JSONValue) throws(CheckpointError) {
    guard let entry = value.object, Set(entry.keys) == ["dtype", "shape", "data_offsets"],
      let dtype = entry["dtype"]?.string,
      let shape = entry["shape"]?.array?.map(\.integer),
      let offsets = entry["data_offsets"]?.array?.map(\.integer), offsets.count == 2,
      let start = offsets[0], let end = offsets[1], start >= 0, start <= end
    else {
      throw CheckpointError(.malformedHeader, "the entry is not one of a tensor", tensor: name)
    }
    guard let type = ElementType(safetensorsName: dtype) else {
      throw CheckpointError(.unsupportedContent, "elements of type \(dtype)", tensor: name)
    }
    var extents: [Int] = []
    for extent in shape {
      guard let extent else {
        throw CheckpointError(.malformedHeader, "the shape is not one of integers", tensor: name)
      }
      extents.append(extent)
    }
    let size = try TensorSize.bytes(shape: extents, elementType: type, tensor: name)
    guard size == end - start else {
      throw CheckpointError(
        .sizeMismatch,
        "shape \(extents) of \(dtype) needs \(size) bytes, \(end - start) are stored",
        tensor: name)
    }
    (self.name, self.type, self.shape, range) = (name, type, extents, start..<end)
  }
}

extension ElementType {
  private static let safetensorsNames: [ElementType: String] = [
    .float32: "F32", .float64: "F64", .float16: "F16", .bfloat16: "BF16", .int8: "I8",
    .uint8: "U8", .int16: "I16", .int32: "I32", .int64: "I64", .bool: "BOOL",
  ]

  fileprivate var safetensorsName: String { Self.safetensorsNames[self] ?? rawValue }

  fileprivate init?(safetensorsName name: String) {
    guard let found = Self.safetensorsNames.first(where: { $0.value == name }) else { return nil }
    self = found.key
  }
}
