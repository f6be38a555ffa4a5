import ArgumentParser
import CheckpointFormat
import Foundation
import ProgramSupport

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the header and the tensors of a .lskd file with their sizes.")

  @Argument(help: "A .lskd file.")
  var file: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let reader = try CheckpointReader(contentsOf: URL(fileURLWithPath: file))
    Console.print(json ? try Self.json(reader) : Self.text(reader))
  }

  private static func text(_ reader: CheckpointReader) -> String {
    let bytes = reader.entries.reduce(0) { $0 + $1.byteCount }
    var lines = [
      "format \(reader.formatVersion), \(reader.fileBytes) bytes for \(bytes) bytes of tensors "
        + String(format: "(%.4f : 1)", Double(bytes) / Double(reader.fileBytes)),
      "digest \(reader.digest)",
    ]
    lines += reader.metadata.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    for entry in reader.entries {
      lines.append(
        "\(entry.section.rawValue)/\(entry.name) \(entry.elementType.rawValue) \(entry.shape) "
          + "\(entry.byteCount) bytes, "
          + (entry.ratio.map { String(format: "ratio %.4f", $0) } ?? "no bytes of its own"))
    }
    return lines.joined(separator: "\n")
  }

  private struct Description: Encodable {
    struct Tensor: Encodable {
      let section, name, dtype: String
      let shape: [Int]
      let bytes: Int
      let storedBytes: Double
      let shared: Bool
    }

    let format, digest: String
    let fileBytes: Int
    let metadata: [String: String]
    let tensors: [Tensor]
  }

  private static func json(_ reader: CheckpointReader) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let description = Description(
      format: reader.formatVersion, digest: reader.digest, fileBytes: reader.fileBytes,
      metadata: reader.metadata,
      tensors: reader.entries.map {
        .init(
          section: $0.section.rawValue, name: $0.name, dtype: $0.elementType.rawValue,
          shape: $0.shape, bytes: $0.byteCount, storedBytes: $0.storedBytes, shared: $0.isShared)
      })
    return String(decoding: try encoder.encode(description), as: UTF8.self)
  }
}

extension CheckpointReader.Entry {
  /// Bytes per stored byte; nil where nothing is stored.
  fileprivate var ratio: Double? { storedBytes > 0 ? Double(byteCount) / storedBytes : nil }
}
