import CheckpointFormat

/// The differences between the tensors of a file and those that a network wants.
struct StateComparison {
  private let network: String
  private var missing: [ExpectedTensor] = []
  private var unexpected: [StateCandidate.Tensor] = []
  private var different: [(expected: ExpectedTensor, found: StateCandidate.Tensor)] = []
  /// Counters that the file has not, or as a list of one.
  private(set) var mendedCounters: [String] = []

  init(_ found: [StateCandidate.Tensor], with expected: ExpectedState) {
    network = expected.network
    let byName = Dictionary(found.map { ($0.name, $0) }) { first, _ in first }
    for tensor in expected.tensors {
      guard let found = byName[tensor.name] else {
        if tensor.isCounter { mendedCounters.append(tensor.name) } else { missing.append(tensor) }
        continue
      }
      guard found.elementType.isFloatingPoint == tensor.isFloatingPoint,
        found.shape == tensor.shape || tensor.isCounter && found.shape == [1]
      else {
        different.append((tensor, found))
        continue
      }
      if found.shape != tensor.shape { mendedCounters.append(tensor.name) }
    }
    let wanted = Set(expected.tensors.map(\.name))
    unexpected = found.filter { !wanted.contains($0.name) }
  }

  var fits: Bool { missing.isEmpty && unexpected.isEmpty && different.isEmpty }

  private static let shown = 8

  private static func list<Item>(_ items: [Item], _ text: (Item) -> String) -> String {
    items.prefix(shown).map(text).joined(separator: ", ") + (items.count > shown ? ", ..." : "")
  }

  /// All kinds of differences, each with its first names, and what may help.
  var sentence: String {
    var parts: [String] = []
    if !missing.isEmpty {
      parts.append("\(missing.count) missing (\(Self.list(missing, \.name)))")
    }
    if !unexpected.isEmpty {
      parts.append("\(unexpected.count) unexpected (\(Self.list(unexpected, \.name)))")
    }
    if !different.isEmpty {
      let list = Self.list(different) { pair in
        let isShape = pair.expected.shape != pair.found.shape
        return isShape
          ? "\(pair.expected.name) \(pair.found.shape) instead of \(pair.expected.shape)"
          : "\(pair.expected.name) of \(pair.found.elementType.rawValue)"
      }
      parts.append("\(different.count) of another shape or type (\(list))")
    }
    return "the tensors are not those of \(network): \(parts.joined(separator: ", "))\(advice)"
  }

  /// The renaming that brings the first missing tensor, from the nearest name of the same shape.
  private var advice: String {
    for tensor in missing {
      let same = unexpected.filter { $0.shape == tensor.shape }.map(\.name)
      guard let nearest = tensor.name.nearest(in: same) else { continue }
      var (new, old) = (tensor.name.split(separator: "."), nearest.split(separator: "."))
      while !new.isEmpty, old.count > 1, new.last == old.last {
        new.removeLast()
        old.removeLast()
      }
      return "; nearest to \(tensor.name) is \(nearest): --rename "
        + "\(old.joined(separator: "."))=\(new.joined(separator: "."))"
    }
    return ""
  }
}
