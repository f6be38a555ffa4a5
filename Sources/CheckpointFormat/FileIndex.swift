/// A header whose parts fit together: every place in the file is known and inside its bounds.
struct FileIndex {
  /// One chunk's place in the file and in its stream.
  struct Chunk {
    var record: ChunkRecord
    var fileOffset: Int
    /// Number of its first element within the stream.
    var firstElement: Int
  }

  struct Stream {
    var type: ElementType
    var chunks: [Chunk] = []
    var elements = 0
  }

  /// A tensor's elements: a range of a stream.
  struct Tensor {
    var record: TensorRecord
    var kind: SectionKind?
    var stream: Int
    var elements: Range<Int>
  }

  private(set) var streams: [Stream] = []
  /// All tensors in file order, those of sections that this version does not know included.
  private(set) var tensors: [Tensor] = []
  private var contentBytes = 0

  /// Checks `header` against a file whose chunks begin at `start` and end at `end`.
  init(
    _ header: FileHeader, chunksFrom start: Int, to end: Int, fileBytes: Int,
    ignoringUnknownSections: Bool
  ) throws(CheckpointError) {
    var kinds: Set<String> = []
    var offset = start
    for section in header.sections {
      let kind = SectionKind(rawValue: section.kind)
      guard kind != nil || ignoringUnknownSections, kinds.insert(section.kind).inserted else {
        throw CheckpointError(
          .malformedHeader, "section \"\(section.kind)\" is unknown or occurs twice")
      }
      do throws(CheckpointError) {
        let limit = FormatLimits.contentBytes(fileBytes: fileBytes)
        try append(section, kind, offset: &offset, end: end, limit: limit)
      } catch {
        throw error.at(section: kind)
      }
    }
    guard offset == end else {
      throw CheckpointError(
        .malformedHeader, "the chunks take \(offset - start) of \(end - start) bytes")
    }
  }

  private mutating func append(
    _ section: SectionRecord, _ kind: SectionKind?, offset: inout Int, end: Int, limit: Int
  ) throws(CheckpointError) {
    var byType: [ElementType: Int] = [:]
    for record in section.streams {
      guard byType.updateValue(streams.count, forKey: record.type) == nil else {
        throw CheckpointError(.malformedHeader, "two streams of type \(record.type)")
      }
      try append(record, offset: &offset, end: end, limit: limit)
    }
    var used: [ElementType: Int] = [:]
    var names: Set<String> = []
    for record in section.tensors {
      try TensorName.validate(record.name, among: &names)
      do throws(CheckpointError) {
        tensors.append(try place(record, kind, byType, &used))
      } catch {
        throw error.at(tensor: record.name)
      }
    }
    for (type, stream) in byType where streams[stream].elements != used[type, default: 0] {
      throw CheckpointError(
        .sizeMismatch,
        "the chunks hold \(streams[stream].elements) elements of type \(type), the tensors "
          + "\(used[type, default: 0])")
    }
  }

  private mutating func append(
    _ record: StreamRecord, offset: inout Int, end: Int, limit: Int
  ) throws(CheckpointError) {
    var stream = Stream(type: record.type)
    let width = record.type.byteCount
    for chunk in record.chunks {
      guard chunk.planeSizes.count == width, chunk.elements > 0,
        chunk.elements <= FormatLimits.chunkBytes / width,
        chunk.planeSizes.allSatisfy({ (1...chunk.elements).contains($0) })
      else {
        throw CheckpointError(.malformedHeader, "a chunk of type \(record.type) is impossible")
      }
      guard chunk.storedBytes <= end - offset else {
        throw CheckpointError(.wrongLength, "a chunk ends beyond the end of the file")
      }
      stream.chunks.append(
        Chunk(record: chunk, fileOffset: offset, firstElement: stream.elements))
      offset += chunk.storedBytes
      stream.elements += chunk.elements
      contentBytes += chunk.elements * width
    }
    guard contentBytes <= limit else {
      throw CheckpointError(
        .limitExceeded, "the file claims to hold more than \(limit) bytes, too many for its size")
    }
    streams.append(stream)
  }

  private func place(
    _ record: TensorRecord, _ kind: SectionKind?, _ byType: [ElementType: Int],
    _ used: inout [ElementType: Int]
  ) throws(CheckpointError) -> Tensor {
    let count = try TensorSize.elements(shape: record.shape, tensor: record.name)
    let type = record.elementType
    if let number = record.same {
      guard tensors.indices.contains(number), tensors[number].record.same == nil,
        tensors[number].record.elementType == type, tensors[number].elements.count == count
      else {
        throw CheckpointError(.malformedHeader, "shares the bytes of a tensor that is not like it")
      }
      var twin = tensors[number]
      (twin.record, twin.kind) = (record, kind)
      return twin
    }
    let start = used[type, default: 0]
    guard let stream = byType[type] ?? (count == 0 ? 0 : nil),
      count == 0 || count <= streams[stream].elements - start
    else {
      throw CheckpointError(.sizeMismatch, "shape \(record.shape) needs more bytes than are stored")
    }
    used[type] = start + count
    return Tensor(record: record, kind: kind, stream: stream, elements: start..<(start + count))
  }
}
