public import Foundation

/// A checkpoint stored as its difference from another one, the base.
///
/// Tensors that the base has under the same section, name, type and shape hold the exclusive or of both
/// bytes, which is mostly zeros for neighbours of one training; all others are stored whole. The header
/// names the base by the digest of its file.
extension Checkpoint {
  /// Key of the header that holds the digest of the base's file.
  public static let baseKey = "delta_base"

  /// Digest of the file that this one is a difference from; nil for a whole checkpoint.
  public var baseDigest: String? { metadata[Self.baseKey] }

  /// The difference from the checkpoint in the file `base`.
  public func delta(from base: URL) throws(CheckpointError) -> Checkpoint {
    let reader = try CheckpointReader(contentsOf: base)
    var result = try combined(with: reader)
    result.metadata[Self.baseKey] = reader.digest
    return result
  }

  /// The whole checkpoint, from a difference and its base.
  /// - Throws: `missingBase` if `base` is not the file that the difference was made from.
  public func restored(from base: URL) throws(CheckpointError) -> Checkpoint {
    let reader = try CheckpointReader(contentsOf: base)
    guard reader.digest == baseDigest else {
      throw CheckpointError(
        .missingBase,
        "the difference was made from a file with digest \(baseDigest ?? "unknown"), this one has "
          + reader.digest, file: base.path)
    }
    var result = try combined(with: reader)
    result.metadata[Self.baseKey] = nil
    return result
  }

  /// Exclusive or with the base where the base has the same kind of tensor: its own inverse.
  private func combined(with base: CheckpointReader) throws(CheckpointError) -> Checkpoint {
    guard base.metadata[Self.baseKey] == nil else {
      throw CheckpointError(
        .missingBase, "a difference cannot be the base of another one: restore it first",
        file: base.source.name)
    }
    let others = try base.tensors()
    var result = self
    for (kind, tensors) in sections {
      let known = Dictionary(uniqueKeysWithValues: (others[kind] ?? []).map { ($0.name, $0) })
      result.sections[kind] = tensors.map { tensor in
        guard let other = known[tensor.name], other.elementType == tensor.elementType,
          other.shape == tensor.shape, tensor.elementType != .bool
        else { return tensor }
        let bytes = Data(zip(tensor.bytes, other.bytes).map { $0 ^ $1 })
        return StoredTensor(unchecked: tensor.name, tensor.elementType, tensor.shape, bytes)
      }
    }
    return result
  }

  /// Throws `missingBase` for a difference, whose tensors mean nothing alone.
  func checkIsWhole() throws(CheckpointError) {
    guard let baseDigest else { return }
    throw CheckpointError(
      .missingBase,
      "this is a difference from the file with digest \(baseDigest): restore it with lskd-ckpt restore"
    )
  }
}
