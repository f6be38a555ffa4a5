import CheckpointFormat

/// A dictionary of a file that may be the state of a model.
struct StateCandidate {
  /// A tensor without its elements.
  struct Tensor {
    let name: String
    let elementType: ElementType
    let shape: [Int]
  }

  /// The keys that lead to it; none for the file's own dictionary.
  let path: [String]
  let tensors: [Tensor]

  /// As `--key` takes it.
  var key: String { path.isEmpty ? "." : path.joined(separator: ".") }

  /// Whether a name ends as those of PyTorch's modules do. A best accuracy stored as a tensor does not.
  var looksLikeState: Bool {
    let endings: Set<Substring> = ["weight", "bias", "running_mean"]
    return tensors.contains { tensor in
      tensor.name.split(separator: ".").last.map(endings.contains) ?? false
    }
  }
}

extension StateCandidate {
  /// The candidate that is meant, and how its tensors are called: the only one that looks like a state and, where
  /// a network is expected, fits it. Throws `notFound` with a list where that is none or several.
  static func choose(
    from all: [StateCandidate], _ reading: WeightFile.Reading
  ) throws(CheckpointError) -> (index: Int, naming: StateNaming) {
    let likely = all.indices.filter { all[$0].looksLikeState }
    let open = likely.isEmpty ? Array(all.indices) : likely
    guard let first = open.first else {
      throw CheckpointError(.notFound, "the file holds no dictionary with tensors")
    }
    guard open.count > 1 else {
      return (first, try StateNaming(of: all[first], reading))
    }
    var fitting: [(index: Int, naming: StateNaming)] = []
    if reading.expected != nil {
      for index in open {
        do throws(CheckpointError) {
          fitting.append((index, try StateNaming(of: all[index], reading)))
        } catch { continue }
      }
      if let only = fitting.first, fitting.count == 1 { return only }
    }
    let shown = fitting.isEmpty ? open : fitting.map(\.index)
    let list = shown.prefix(20).map { "\"\(all[$0].key)\" (\(all[$0].tensors.count) tensors)" }
    let relation = fitting.isEmpty ? "none of which fits" : "all of which fit"
    throw CheckpointError(
      .notFound,
      "the file holds \(shown.count) state dicts"
        + (reading.expected.map { ", \(relation) \($0.network)" } ?? "")
        + ": choose with --key one of " + list.joined(separator: ", ")
        + (shown.count > list.count ? ", ..." : ""))
  }
}
