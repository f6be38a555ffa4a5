import CheckpointFormat
import Foundation

/// How the tensors of a file's state dict are called in a network, and what that took.
public struct StateNaming: Sendable, Equatable {
  /// The keys under which the state dict lay in the file; none for the file's own dictionary.
  public private(set) var path: [String] = []
  /// What stood before every name and is left out, outermost first.
  public private(set) var prefixes: [String] = []
  /// Tensors of wrappers that are left out: a count of averaged models.
  public private(set) var leftOut: [String] = []
  /// Tensors whose name a renaming changed.
  public private(set) var renamedCount = 0
  /// Counters of batches that are added or brought into shape, because the network has them.
  public private(set) var mendedCounters: [String] = []
  /// The network's name of each tensor of the file that is kept.
  private(set) var names: [String: String] = [:]

  /// Prefixes of wrappers: data-parallel and averaged models, compiled ones, and usual attributes of classes that
  /// hold a model.
  private static let wrappers = ["module.", "_orig_mod.", "model.", "net."]
  /// What an averaged model has beside the tensors of the model itself.
  private static let wrapperTensors: Set<String> = ["n_averaged"]

  /// For a file whose names stay as they are.
  init() {}

  /// Names the tensors of a candidate. Throws for a renaming that finds nothing or makes two tensors the same, and
  /// `sizeMismatch` with all differences where a network is expected and does not fit.
  init(of candidate: StateCandidate, _ reading: WeightFile.Reading) throws(CheckpointError) {
    path = candidate.path
    for tensor in candidate.tensors { names[tensor.name] = tensor.name }
    unwrap(reading.expected)
    for renaming in reading.renamings { try rename(renaming) }
    guard let expected = reading.expected else { return }
    let found = candidate.tensors.compactMap { tensor in
      names[tensor.name].map {
        StateCandidate.Tensor(name: $0, elementType: tensor.elementType, shape: tensor.shape)
      }
    }
    let comparison = StateComparison(found, with: expected)
    guard comparison.fits else {
      throw CheckpointError(.sizeMismatch, comparison.sentence)
    }
    mendedCounters = comparison.mendedCounters
  }

  private mutating func unwrap(_ expected: ExpectedState?) {
    while let prefix = Self.wrappers.first(where: { isWrapper($0, expected) }) {
      for (old, name) in names {
        if name.hasPrefix(prefix) {
          names[old] = String(name.dropFirst(prefix.count))
        } else {
          leftOut.append(old)
          names[old] = nil
        }
      }
      prefixes.append(prefix)
    }
  }

  /// Whether a prefix stands before every name and is none of the network's own.
  private func isWrapper(_ prefix: String, _ expected: ExpectedState?) -> Bool {
    let inner = names.values.filter { !Self.wrapperTensors.contains($0) }
    return !inner.isEmpty && inner.allSatisfy { $0.hasPrefix(prefix) && $0.count > prefix.count }
      && expected?.tensors.contains { $0.name.hasPrefix(prefix) } != true
  }

  private mutating func rename(_ renaming: TensorRenaming) throws(CheckpointError) {
    let changed = names.compactMapValues { renaming.name(for: $0) }
    guard !changed.isEmpty else {
      let some = names.values.sorted().prefix(5).joined(separator: ", ")
      throw CheckpointError(
        .notFound, "--rename \(renaming.text) fits no name; the names are \(some), ...")
    }
    names.merge(changed) { $1 }
    renamedCount += changed.count
    var owners: [String: String] = [:]
    for (old, name) in names.sorted(by: { $0.key < $1.key }) {
      guard let other = owners.updateValue(old, forKey: name) else { continue }
      throw CheckpointError(
        .invalidName, "--rename \(renaming.text) calls both \(other) and \(old) \"\(name)\"")
    }
  }

  /// The tensors under their new names, in the network's order where one is expected.
  func named(_ tensors: [StoredTensor], _ expected: ExpectedState?) throws(CheckpointError)
    -> [StoredTensor]
  {
    let kept = tensors.compactMap { tensor in
      names[tensor.name].map {
        var tensor = tensor
        tensor.name = $0
        return tensor
      }
    }
    guard let expected else { return kept }
    var byName = Dictionary(kept.map { ($0.name, $0) }) { first, _ in first }
    for counter in expected.tensors where mendedCounters.contains(counter.name) {
      let bytes = byName[counter.name]?.bytes
      byName[counter.name] = try StoredTensor(
        name: counter.name, elementType: byName[counter.name]?.elementType ?? .int64,
        shape: counter.shape, bytes: bytes ?? Data(count: ElementType.int64.byteCount))
    }
    return expected.tensors.compactMap { byName[$0.name] }
  }
}

extension StateNaming {
  /// A line for each thing that was not as it seems in the file.
  public var notes: [String] {
    var lines: [String] = []
    if !path.isEmpty { lines.append("the state dict is \"\(path.joined(separator: "."))\"") }
    if !prefixes.isEmpty {
      lines.append("the prefix \"\(prefixes.joined())\" is left out of all names")
    }
    if !leftOut.isEmpty {
      lines.append("left out, because no model has it: \(leftOut.joined(separator: ", "))")
    }
    if renamedCount > 0 { lines.append("\(renamedCount) tensors are renamed") }
    if !mendedCounters.isEmpty {
      lines.append(
        "\(mendedCounters.count) counters of batches are added or brought into shape; inference reads none"
      )
    }
    return lines
  }
}
