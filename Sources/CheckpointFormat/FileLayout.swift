import Foundation

/// Where everything of a checkpoint goes, before anything is compressed.
struct FileLayout {
  /// The tensors whose bytes one stream holds, and how they are cut.
  struct Stream {
    var section: Int
    var type: ElementType
    var tensors: [StoredTensor]
    var chunks: [ChunkPlan]
  }

  private var header: FileHeader
  private var streams: [Stream] = []
  /// Uncompressed bytes, shared tensors counted once.
  private(set) var contentBytes = 0

  init(_ checkpoint: Checkpoint) throws(CheckpointError) {
    header = FileHeader(metadata: checkpoint.metadata)
    var shared = SharedTensors()
    for kind in SectionKind.allCases {
      guard let tensors = checkpoint.sections[kind], !tensors.isEmpty else { continue }
      do throws(CheckpointError) {
        try append(kind, tensors, &shared)
      } catch {
        throw error.at(section: kind)
      }
    }
  }

  private mutating func append(
    _ kind: SectionKind, _ tensors: [StoredTensor], _ shared: inout SharedTensors
  ) throws(CheckpointError) {
    var section = SectionRecord(kind: kind.rawValue)
    var names: Set<String> = []
    var owners: [ElementType: [StoredTensor]] = [:]
    for tensor in tensors {
      try TensorName.validate(tensor.name, among: &names)
      // The fields are mutable, so what the initialiser checked may have changed since.
      let checked = try StoredTensor(
        name: tensor.name, elementType: tensor.elementType, shape: tensor.shape,
        bytes: tensor.bytes)
      let same = shared.register(checked)
      section.tensors.append(
        TensorRecord(
          name: tensor.name, elementType: tensor.elementType, shape: tensor.shape, same: same))
      if same == nil { owners[tensor.elementType, default: []].append(checked) }
    }
    for type in ElementType.allCases {
      let tensors = owners[type, default: []]
      let chunks = ChunkPlan.cut(counts: tensors.map(\.elementCount), type: type)
      guard !chunks.isEmpty else { continue }
      streams.append(
        Stream(section: header.sections.count, type: type, tensors: tensors, chunks: chunks))
      contentBytes += chunks.reduce(0) { $0 + $1.elements } * type.byteCount
    }
    header.sections.append(section)
  }

  /// The whole file. Several threads make its chunks, each where it would begin if nothing became shorter; then they
  /// move up behind the header, which knows their sizes, and the digest is taken while they are in the cache.
  func encoded(options: WriteOptions, compressing: Bool) throws(CheckpointError) -> Data {
    let plans = streams.flatMap { stream in stream.chunks.map { ($0, stream.tensors) } }
    var starts = [longestFront(plans.map(\.0))]
    for (plan, _) in plans { starts.append(starts[starts.count - 1] + plan.byteCount) }
    let places = starts
    let memory = LargeBuffer(byteCount: places[plans.count] + FileEnvelope.trailerBytes)
    let records = try WorkerPool.map(count: plans.count, threads: options.threads) {
      () throws(CheckpointError) in
      try ChunkEncoder()
    } body: { encoder, index in
      encoder.encode(
        plans[index].0, of: plans[index].1,
        into: UnsafeMutableRawBufferPointer(rebasing: memory.bytes[places[index]...]),
        compressing: compressing)
    }
    var file = FileAssembly(in: memory)
    try front(records).withUnsafeBytes { file.append($0) }
    for (start, record) in zip(places, records) {
      file.append(
        UnsafeRawBufferPointer(rebasing: memory.bytes[start..<(start + record.storedBytes)]))
    }
    return file.finish()
  }

  /// Bytes before the first chunk if nothing becomes shorter: no number of the header is longer then.
  private func longestFront(_ plans: [ChunkPlan]) -> Int {
    let records = plans.map {
      ChunkRecord(
        elements: $0.elements,
        planeSizes: Array(repeating: $0.elements, count: $0.type.byteCount), checksum: 0)
    }
    return FileEnvelope.prefixBytes + header(with: records).json.canonical.utf8.count
  }

  /// The prefix and the header.
  private func front(_ records: [ChunkRecord]) throws(CheckpointError) -> [UInt8] {
    let header = Array(header(with: records).json.canonical.utf8)
    guard header.count <= FormatLimits.headerBytes else {
      throw CheckpointError(
        .limitExceeded,
        "the header needs \(header.count) bytes, at most \(FormatLimits.headerBytes) are allowed: "
          + "store less metadata or fewer tensors")
    }
    let stored = try Self.compressed(header)
    let envelope = FileEnvelope(
      storedHeaderBytes: stored.count, headerBytes: header.count,
      fileBytes: FileEnvelope.prefixBytes + stored.count
        + records.reduce(0) { $0 + $1.storedBytes } + FileEnvelope.trailerBytes)
    return envelope.encoded(storedHeader: stored)
  }

  private func header(with chunks: [ChunkRecord]) -> FileHeader {
    var header = header
    var rest = chunks[...]
    for stream in streams {
      let records = Array(rest.prefix(stream.chunks.count))
      rest = rest.dropFirst(records.count)
      header.sections[stream.section].streams.append(
        StreamRecord(type: stream.type, chunks: records))
    }
    return header
  }

  private static func compressed(_ header: [UInt8]) throws(CheckpointError) -> [UInt8] {
    let compressor = try ZstandardCompressor(level: ZstandardCompressor.headerLevel)
    let shorter = [UInt8](unsafeUninitializedCapacity: header.count) { buffer, used in
      let all = UnsafeMutableRawBufferPointer(buffer)
      let target = UnsafeMutableRawBufferPointer(rebasing: all[..<(header.count - 1)])
      used = header.withUnsafeBytes { compressor.compress($0, into: target) ?? 0 }
    }
    return shorter.isEmpty ? header : shorter
  }
}

/// The rule for names of tensors.
enum TensorName {
  /// Throws for an empty or too long name and for one that is in `names` already; then adds it.
  static func validate(
    _ name: String, among names: inout Set<String>
  ) throws(CheckpointError) {
    guard !name.isEmpty, name.utf8.count <= FormatLimits.nameBytes else {
      throw CheckpointError(
        .invalidName, "a name has 1 to \(FormatLimits.nameBytes) bytes, not \(name.utf8.count)",
        tensor: String(name.prefix(64)))
    }
    guard names.insert(name).inserted else {
      throw CheckpointError(.invalidName, "the name occurs twice in its section", tensor: name)
    }
  }
}
