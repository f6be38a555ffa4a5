import Foundation

/// Fills tensors from the chunks of a file, several chunks at a time.
struct ChunkDecoding {
  /// One chunk and the tensors that want some of its elements.
  private struct Job {
    var chunk: FileIndex.Chunk
    var type: ElementType
    var tensors: [Int]
  }

  private let source: ByteSource
  private let index: FileIndex

  init(_ source: ByteSource, _ index: FileIndex) {
    self.source = source
    self.index = index
  }

  /// The tensors with these numbers; those that share bytes share memory.
  func tensors(_ numbers: [Int], threads: Int) throws(CheckpointError) -> [StoredTensor] {
    let owners = Set(numbers.map { owner(of: $0) }).sorted()
    var memory: [Int: TensorMemory] = [:]
    for number in owners { memory[number] = try allocate(number) }
    let jobs = jobs(for: owners)
    let targets = memory
    _ = try WorkerPool.map(count: jobs.count, threads: threads) {
      () throws(CheckpointError) in
      try ChunkDecoder()
    } body: { decoder, number throws(CheckpointError) in
      try run(jobs[number], decoder, targets)
    }
    var result: [StoredTensor] = []
    for number in numbers { result.append(try tensor(number, memory[owner(of: number)])) }
    return result
  }

  private func owner(of number: Int) -> Int { index.tensors[number].record.same ?? number }

  private func allocate(_ number: Int) throws(CheckpointError) -> TensorMemory {
    let tensor = index.tensors[number]
    let count = tensor.elements.count * tensor.record.elementType.byteCount
    do throws(CheckpointError) {
      return try TensorMemory(count: count)
    } catch {
      throw error.at(file: source.name, section: tensor.kind, tensor: tensor.record.name)
    }
  }

  /// The chunks that hold the tensors, each once. `owners` is sorted, and so are their places.
  private func jobs(for owners: [Int]) -> [Job] {
    var jobs: [Job] = []
    for number in owners {
      let tensor = index.tensors[number]
      for chunk in index.chunks(of: tensor) {
        if let last = jobs.last, last.chunk.fileOffset == chunk.fileOffset {
          jobs[jobs.count - 1].tensors.append(number)
        } else {
          jobs.append(
            Job(chunk: chunk, type: tensor.record.elementType, tensors: [number]))
        }
      }
    }
    return jobs
  }

  private func run(
    _ job: Job, _ decoder: ChunkDecoder, _ memory: [Int: TensorMemory]
  ) throws(CheckpointError) {
    do throws(CheckpointError) {
      let planes = try decoder.planes(of: job.chunk, in: source)
      for number in job.tensors {
        if let target = memory[number] { merge(job, planes, into: target, of: number) }
      }
    } catch {
      let first = index.tensors[job.tensors[0]]
      throw error.at(file: source.name, section: first.kind, tensor: first.record.name)
    }
  }

  private func merge(
    _ job: Job, _ planes: [UnsafePointer<UInt8>], into memory: TensorMemory, of number: Int
  ) {
    let (chunk, width) = (job.chunk, job.type.byteCount)
    let all = index.tensors[number].elements
    let end = chunk.firstElement + chunk.record.elements
    let range = all.clamped(to: chunk.firstElement..<end)
    let start = (range.lowerBound - all.lowerBound) * width
    BytePlanes.merge(
      planes, at: range.lowerBound - chunk.firstElement, job.type,
      into: UnsafeMutableRawBufferPointer(
        rebasing: memory.bytes[start..<(start + range.count * width)]))
  }

  private func tensor(
    _ number: Int, _ memory: TensorMemory?
  ) throws(CheckpointError) -> StoredTensor {
    let tensor = index.tensors[number]
    let record = tensor.record
    let bytes = memory?.data ?? Data()
    if record.elementType == .bool, bytes.contains(where: { $0 > 1 }) {
      throw CheckpointError(
        .corruptData, "a bool is neither 0 nor 1", file: source.name, section: tensor.kind,
        tensor: record.name)
    }
    return StoredTensor(unchecked: record.name, record.elementType, record.shape, bytes)
  }
}

/// Memory of one tensor that threads fill side by side. It is not cleared first: that would cost as
/// much as decoding it.
///
/// Sendable: while threads run, each writes ranges of `bytes` that no other one touches; `data` is taken
/// by the caller's thread after all of them have ended.
private final class TensorMemory: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer
  private var isOwner = true

  init(count: Int) throws(CheckpointError) {
    guard let start = malloc(max(count, 1)) else {
      throw CheckpointError(.limitExceeded, "no memory for \(count) bytes")
    }
    bytes = UnsafeMutableRawBufferPointer(start: start, count: count)
  }

  deinit { if isOwner { free(bytes.baseAddress) } }

  /// Hands the memory over to the first value that is made; the others share it.
  private(set) lazy var data: Data = {
    guard let start = bytes.baseAddress else { return Data() }
    isOwner = false
    return Data(bytesNoCopy: start, count: bytes.count, deallocator: .free)
  }()
}
