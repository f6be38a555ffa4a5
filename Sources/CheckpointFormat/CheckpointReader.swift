import DurableFiles
public import Foundation

/// Reads a `.lskd` file piece by piece. Opening it reads and checks the header only.
public final class CheckpointReader: Sendable {
  /// What the header says about one tensor.
  public struct Entry: Sendable, Equatable {
    /// Section that holds it.
    public var section: SectionKind
    /// Its name, unique within the section.
    public var name: String
    /// Type of its elements.
    public var elementType: ElementType
    /// Extent along each axis.
    public var shape: [Int]
    /// Whether its bytes are those of an earlier tensor and take no space.
    public var isShared: Bool
    /// Bytes of the elements.
    public var byteCount: Int
    /// Bytes in the file; of a chunk that several tensors use, the part in proportion.
    public var storedBytes: Double
  }

  /// Version of the format in which the file was written, as in "1.0".
  public let formatVersion: String
  /// Text entries of the header.
  public let metadata: [String: String]
  /// Bytes of the file.
  public let fileBytes: Int
  /// SHA-256 of everything before the trailer as it was when the file was written, 64 hexadecimal digits.
  public let digest: String

  let source: ByteSource
  let index: FileIndex

  /// Opens a file. Throws for anything that is not a whole `.lskd` file of this major version.
  public convenience init(contentsOf url: URL) throws(CheckpointError) {
    try self.init(ByteSource(contentsOf: url))
  }

  /// Throws unless `url` names a regular file that can be opened.
  package static func checkIsRegular(_ url: URL) throws(CheckpointError) {
    _ = try ByteSource(contentsOf: url)
  }

  /// Whether bytes begin like a file of this format.
  package static func isLikely(_ data: Data) -> Bool { data.starts(with: FileEnvelope.magic) }

  /// Opens a file that is in memory; `name` is used in messages.
  public convenience init(data: Data, name: String? = nil) throws(CheckpointError) {
    try self.init(ByteSource(data, name: name))
  }

  init(_ source: ByteSource) throws(CheckpointError) {
    self.source = source
    do throws(CheckpointError) {
      let prefix = try source.bytes(0..<min(source.count, FileEnvelope.prefixBytes))
      let envelope = try FileEnvelope(prefix: prefix, fileBytes: source.count)
      let end = envelope.fileBytes - FileEnvelope.trailerBytes
      let header = try Self.header(envelope, prefix, source)
      metadata = header.metadata
      formatVersion = "\(envelope.major).\(envelope.minor)"
      fileBytes = envelope.fileBytes
      index = try FileIndex(
        header, chunksFrom: FileEnvelope.prefixBytes + envelope.storedHeaderBytes, to: end,
        fileBytes: envelope.fileBytes, ignoringUnknownSections: envelope.isNewer)
      digest = try FileEnvelope.digest(trailer: source.bytes(end..<envelope.fileBytes))
    } catch {
      throw error.at(file: source.name)
    }
  }

  private static func header(
    _ envelope: FileEnvelope, _ prefix: [UInt8], _ source: ByteSource
  ) throws(CheckpointError) -> FileHeader {
    let start = FileEnvelope.prefixBytes
    let stored = try source.bytes(start..<(start + envelope.storedHeaderBytes))
    let checked = prefix.prefix(FileEnvelope.checkedBytes) + stored
    guard
      Checksum64.of(Array(checked))
        == prefix.littleEndian(at: FileEnvelope.checkedBytes, UInt64.self)
    else { throw CheckpointError(.checksumMismatch, "the header is damaged") }
    var json = stored
    if envelope.storedHeaderBytes < envelope.headerBytes {
      json = [UInt8](repeating: 0, count: envelope.headerBytes)
      let decompressor = try ZstandardDecompressor()
      try json.fill { target throws(CheckpointError) in
        try stored.read { source throws(CheckpointError) in
          try decompressor.expand(source, into: target)
        }
      }
    }
    return try FileHeader(json: json, ignoringUnknownKeys: envelope.isNewer)
  }
}

extension CheckpointReader {
  /// All tensors in file order.
  public var entries: [Entry] { index.tensors.compactMap { entry(of: $0) } }

  /// The tensors of one section in file order.
  public func entries(in section: SectionKind) -> [Entry] {
    entries.filter { $0.section == section }
  }

  private func entry(of tensor: FileIndex.Tensor) -> Entry? {
    guard let section = tensor.kind else { return nil }
    let (record, isShared) = (tensor.record, tensor.record.same != nil)
    return Entry(
      section: section, name: record.name, elementType: record.elementType, shape: record.shape,
      isShared: isShared, byteCount: tensor.elements.count * record.elementType.byteCount,
      storedBytes: isShared ? 0 : index.storedBytes(of: tensor))
  }

  /// Reads one tensor and only the chunks that it lies in. Throws `notFound` for an unknown name.
  public func tensor(
    _ name: String, in section: SectionKind = .model
  ) throws(CheckpointError) -> StoredTensor {
    let match = index.tensors.firstIndex { $0.kind == section && $0.record.name == name }
    guard let match else {
      throw CheckpointError(
        .notFound, "the file has no such tensor", file: source.name, section: section,
        tensor: name)
    }
    return try ChunkDecoding(source, index).tensors([match], threads: 1)[0]
  }

  /// Reads whole sections, in parallel; sections without tensors have no entry.
  public func tensors(
    in sections: Set<SectionKind> = Set(SectionKind.allCases),
    threads: Int = ProcessInfo.processInfo.activeProcessorCount
  ) throws(CheckpointError) -> [SectionKind: [StoredTensor]] {
    let wanted = index.tensors.indices.filter { number in
      index.tensors[number].kind.map { sections.contains($0) } ?? false
    }
    let tensors = try ChunkDecoding(source, index).tensors(wanted, threads: threads)
    var result: [SectionKind: [StoredTensor]] = [:]
    for (number, tensor) in zip(wanted, tensors) {
      if let kind = index.tensors[number].kind { result[kind, default: []].append(tensor) }
    }
    return result
  }

  /// Reads everything and compares checksums and the digest of the whole file.
  public func verify() throws(CheckpointError) {
    do throws(CheckpointError) {
      guard try source.sha256(upTo: fileBytes - FileEnvelope.trailerBytes) == digest else {
        throw CheckpointError(.checksumMismatch, "the digest is not the one of the content")
      }
      _ = try tensors()
    } catch {
      throw error.at(file: source.name)
    }
  }
}

extension FileIndex {
  /// Bytes of the file that a tensor takes.
  fileprivate func storedBytes(of tensor: Tensor) -> Double {
    chunks(of: tensor).reduce(0) { sum, chunk in
      let end = chunk.firstElement + chunk.record.elements
      let part = tensor.elements.clamped(to: chunk.firstElement..<end).count
      return sum + Double(chunk.record.storedBytes) * Double(part) / Double(chunk.record.elements)
    }
  }

  /// The chunks that a tensor lies in.
  func chunks(of tensor: Tensor) -> ArraySlice<Chunk> {
    guard !tensor.elements.isEmpty else { return [] }
    let chunks = streams[tensor.stream].chunks
    let first = chunks.partitioningIndex {
      $0.firstElement + $0.record.elements > tensor.elements.lowerBound
    }
    let end = chunks.partitioningIndex { $0.firstElement >= tensor.elements.upperBound }
    return chunks[first..<end]
  }
}

extension Array {
  /// First index for which `isAfter` holds, when all later ones do too.
  fileprivate func partitioningIndex(_ isAfter: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
