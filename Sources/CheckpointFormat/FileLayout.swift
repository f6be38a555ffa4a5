import DurableFiles
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

  /// All chunks in file order, made by several threads.
  func encodedChunks(
    options: WriteOptions, compressing: Bool
  ) throws(CheckpointError) -> [EncodedChunk] {
    let jobs = streams.flatMap { stream in stream.chunks.map { ($0, stream.tensors) } }
    return try WorkerPool.map(count: jobs.count, threads: options.threads) {
      () throws(CheckpointError) in
      try ChunkEncoder()
    } body: { encoder, job in
      encoder.encode(jobs[job].0, of: jobs[job].1, compressing: compressing)
    }
  }

  /// What a thread makes of the finished chunks.
  private enum Part: Sendable {
    case digest(String)
    case file(Data)
  }

  /// The whole file; its digest is taken while a second thread puts it together.
  func assembled(_ chunks: [EncodedChunk], threads: Int) throws(CheckpointError) -> Data {
    let header = Array(header(with: chunks).json.canonical.utf8)
    guard header.count <= FormatLimits.headerBytes else {
      throw CheckpointError(
        .limitExceeded,
        "the header needs \(header.count) bytes, at most \(FormatLimits.headerBytes) are allowed: "
          + "store less metadata or fewer tensors")
    }
    let stored = try Self.compressed(header)
    let size =
      FileEnvelope.prefixBytes + stored.count + chunks.reduce(0) { $0 + $1.bytes.count }
      + FileEnvelope.trailerBytes
    let envelope = FileEnvelope(
      storedHeaderBytes: stored.count, headerBytes: header.count, fileBytes: size)
    let front = envelope.encoded(storedHeader: stored)
    let parts = try WorkerPool.map(
      count: 2, threads: threads, context: { () throws(CheckpointError) in }
    ) { (_, index) throws(CheckpointError) -> Part in
      index == 0
        ? .digest(Self.digest(of: front, chunks)) : .file(Self.file(of: front, chunks, size))
    }
    guard case .digest(let digest) = parts[0], case .file(var file) = parts[1] else {
      preconditionFailure("parts come in order")
    }
    file.append(contentsOf: FileEnvelope.trailer(digest: digest))
    return file
  }

  private static func digest(of front: [UInt8], _ chunks: [EncodedChunk]) -> String {
    var digest = StreamingDigest()
    digest.update(front)
    for chunk in chunks { digest.update(chunk.bytes) }
    return digest.finalize()
  }

  private static func file(of front: [UInt8], _ chunks: [EncodedChunk], _ size: Int) -> Data {
    var file = Data(capacity: size)
    file.append(contentsOf: front)
    for chunk in chunks { file.append(contentsOf: chunk.bytes) }
    return file
  }

  private func header(with chunks: [EncodedChunk]) -> FileHeader {
    var header = header
    var rest = chunks[...]
    for stream in streams {
      let records = rest.prefix(stream.chunks.count).map(\.record)
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
