import Experiments
import CheckpointFormat
import Experiments
public import Foundation
import Interchange
import Results
import UserErrors

/// Size and speed of the `.lskd` format on real weights beside the formats of Python, interleaved, all in
/// memory: what is measured is the format, not the disk.
public struct CheckpointBenchmark {
  private struct Variant {
    let name: String
    let size: Int
    let save: () throws -> Double
    let load: () throws -> Double
    var saves: [Double] = []
    var loads: [Double] = []
  }

  private let checkpoint: Checkpoint
  private let rounds: Int
  private let python: PythonProcess?
  private let name: String

  /// Measures the model section of a file of weights `rounds` times per format.
  public init(file: URL, key: String? = nil, rounds: Int, python: String?) throws {
    guard rounds > 0 else { throw UsageError("the benchmark needs at least one round") }
    let all = try WeightFile.read(file, .init(key: key))
    let checkpoint = Checkpoint(sections: [.model: all.tensors])
    self.checkpoint = checkpoint
    name = file.lastPathComponent
    self.rounds = rounds
    self.python = try python.map {
      let copy = FileManager.default.temporaryDirectory
        .appendingPathComponent("\(UUID().uuidString).safetensors")
      try WeightFile.write(checkpoint, to: copy, as: .safetensors)
      return try PythonProcess(
        python: $0, script: "checkpoint_formats.py", arguments: [copy.path])
    }
  }

  /// The table as text.
  public func run() throws -> String {
    let raw = tensors.reduce(0) { $0 + $1.bytes.count }
    var variants = try own() + others()
    for _ in 0..<rounds {
      for index in variants.indices {
        variants[index].saves.append(try variants[index].save())
        variants[index].loads.append(try variants[index].load())
      }
    }
    var table = TextTable(["format", "bytes", "raw : stored", "save GB/s", "load GB/s"])
    for variant in variants {
      func rate(_ seconds: [Double]) -> String {
        String(format: "%.2f", Double(raw) / 1e9 / seconds.median)
      }
      table.add([
        variant.name, "\(variant.size)",
        String(format: "%.4f", Double(raw) / Double(variant.size)), rate(variant.saves),
        rate(variant.loads),
      ])
    }
    return "\(name): \(tensors.count) tensors, \(raw) bytes\n" + table.text + (try facts(raw))
  }

  private var tensors: [StoredTensor] { checkpoint.sections[.model] ?? [] }

  private func own() throws -> [Variant] {
    try [1, 2].map { threads in
      let options = WriteOptions(threads: threads)
      let data = try checkpoint.encoded(options: options)
      return Variant(
        name: "lskd, \(threads) thread\(threads > 1 ? "s" : "")", size: data.count,
        save: { try seconds { _ = try checkpoint.encoded(options: options) } },
        load: {
          try seconds { _ = try CheckpointReader(data: data).tensors(threads: threads) }
        })
    }
  }

  private func others() throws -> [Variant] {
    guard let python else { return [] }
    return try ["torch.save", "torch.save+zstd", "safetensors", "safetensors+zstd"].map { name in
      Variant(
        name: name, size: Int(try python.ask("size \(name)")),
        save: { try python.ask("save \(name)") }, load: { try python.ask("load \(name)") })
    }
  }

  /// The entropy bound of the float32 weights and the access to one tensor.
  private func facts(_ raw: Int) throws -> String {
    let data = try checkpoint.encoded()
    let floats = tensors.filter { $0.elementType == .float32 }
    let bits = Self.exponentEntropy(floats)
    let bound = 32 / (24 + bits)
    guard let largest = tensors.max(by: { $0.bytes.count < $1.bytes.count }) else {
      throw UsageError("\(name) holds no tensors")
    }
    let reader = try CheckpointReader(data: data)
    let access = try (0..<9).map { _ in
      try seconds { _ = try CheckpointReader(data: data).tensor(largest.name) }
    }.median
    let opened = try (0..<9).map { _ in
      try seconds { _ = try CheckpointReader(data: data) }
    }.median
    let chunks = reader.entries.reduce(0) { $0 + $1.storedBytes }
    Machine.restartPeakMemory()
    let before = Machine.residentMemory
    _ = try CheckpointReader(data: data).tensors(threads: 1)
    let extra = Machine.peakMemory() - before
    return String(
      format: """
        exponents carry %.3f bits: bound %.4f : 1; stored without the header %.4f : 1, with it %.4f : 1 \
        (%.2f %% and %.2f %% over the bound)
        open %.3f ms; open and read %@ (%d bytes) %.3f ms
        loading takes %.1f MiB beyond the file's bytes for %.1f MiB of tensors

        """, bits, bound, Double(raw) / chunks, Double(raw) / Double(data.count),
      (bound / (Double(raw) / chunks) - 1) * 100,
      (bound / (Double(raw) / Double(data.count)) - 1) * 100, opened * 1e3, largest.name,
      largest.bytes.count, access * 1e3, Double(extra) / 0x1p20, Double(raw) / 0x1p20)
  }

  /// Bits per exponent, from the frequencies over all tensors.
  private static func exponentEntropy(_ tensors: [StoredTensor]) -> Double {
    var counts = [Int](repeating: 0, count: 256)
    for tensor in tensors {
      tensor.bytes.withUnsafeBytes { bytes in
        for place in stride(from: 0, to: bytes.count, by: 4) {
          let word = UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
          counts[Int(word >> 23 & 0xFF)] += 1
        }
      }
    }
    let total = Double(counts.reduce(0, +))
    return counts.reduce(0.0) { sum, count in
      count == 0 ? sum : sum - Double(count) / total * log2(Double(count) / total)
    }
  }

  private func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    return start.duration(to: .now).seconds
  }
}
