public import Foundation

/// A part of a checkpoint that can be read without the others. Sections lie in the file in the order
/// of the cases.
public enum SectionKind: String, Sendable, CaseIterable {
  /// Parameters and buffers of the network.
  case model
  /// State of the optimizer, such as momentum.
  case optimizer
  /// State of the learning-rate schedule.
  case schedule
  /// State of the random streams.
  case random
  /// Position in the data: epoch, step, order.
  case position
  /// Anything else.
  case extras
}

/// Everything that a `.lskd` file holds.
public struct Checkpoint: Sendable, Equatable {
  /// Text entries of the header (architecture, classes, preprocessing, metrics, provenance, ...); a
  /// value may itself be JSON text. Written sorted by key.
  public var metadata: [String: String]
  /// The tensors of each section; their order is kept.
  public var sections: [SectionKind: [StoredTensor]]

  /// Makes a checkpoint. Names must be unique within a section; that is checked when it is encoded.
  public init(
    metadata: [String: String] = [:], sections: [SectionKind: [StoredTensor]] = [:]
  ) {
    self.metadata = metadata
    self.sections = sections
  }

  /// Reads the given sections of a `.lskd` file and skips the bytes of all others; every byte that is
  /// read is checked against its checksum. Sections without tensors have no entry. A difference is
  /// refused unless `asDelta`.
  public init(
    contentsOf url: URL, sections: Set<SectionKind> = Set(SectionKind.allCases),
    asDelta: Bool = false
  ) throws(CheckpointError) {
    let reader = try CheckpointReader(contentsOf: url)
    self.init(metadata: reader.metadata)
    do throws(CheckpointError) {
      if !asDelta { try checkIsWhole() }
    } catch {
      throw error.at(file: url.path)
    }
    self.sections = try reader.tensors(in: sections)
  }
}
