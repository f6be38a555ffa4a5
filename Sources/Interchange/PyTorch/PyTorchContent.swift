import CheckpointFormat
import Foundation

/// What a file of `torch.save` holds, before one of its dictionaries is taken for the model's state.
struct PyTorchContent {
  private let pickle: PickleMachine.Result
  private let storages: [String: Data]
  private let fileBytes: Int

  /// Most dictionaries that are looked at, and most keys that lead to one.
  private static let (mostDictionaries, deepest) = (10_000, 8)

  init(_ pickle: PickleMachine.Result, storages: [String: Data], fileBytes: Int)
    throws(CheckpointError)
  {
    guard pickle.value.dictionary != nil else {
      throw CheckpointError(
        .unsupportedContent,
        "the file holds \(pickle.value.kind), no dictionary: save a state dict, as in "
          + "torch.save(model.state_dict(), FILE)")
    }
    (self.pickle, self.storages, self.fileBytes) = (pickle, storages, fileBytes)
  }

  /// The state dict that `reading` asks for, its tensors under the network's names. Numbers and texts beside
  /// the state dict become metadata.
  func checkpoint(_ reading: WeightFile.Reading) throws(CheckpointError) -> WeightFile.Content {
    let found = dictionaries
    var open = found
    if let key = reading.key {
      guard let match = find(key) else {
        throw CheckpointError(
          .notFound,
          "there is no dictionary \"\(key)\"; the keys are \(keyList), and tensors are in "
            + found.prefix(20).map { "\"\($0.candidate.key)\"" }.joined(separator: ", "))
      }
      open = [match]
    }
    guard open.contains(where: { !$0.candidate.tensors.isEmpty }) else {
      throw CheckpointError(
        .notFound, "the dictionary holds no tensors; the keys are \(keyList)")
    }
    let (index, naming) = try StateCandidate.choose(from: open.map(\.candidate), reading)
    let tensors = try tensors(of: open[index].dictionary)
    return WeightFile.Content(
      checkpoint: Checkpoint(
        metadata: metadata, sections: [.model: try naming.named(tensors, reading.expected)]),
      naming: naming)
  }

  private typealias Found = (candidate: StateCandidate, dictionary: PickleDictionary)

  private static func found(_ path: [String], _ dictionary: PickleDictionary) -> Found {
    let tensors = dictionary.tensors.map {
      StateCandidate.Tensor(name: $0.name, elementType: $0.view.storage.type, shape: $0.view.shape)
    }
    return (StateCandidate(path: path, tensors: tensors), dictionary)
  }

  /// The dictionaries with tensors that text keys lead to, nearest first.
  private var dictionaries: [Found] {
    guard let root = pickle.value.dictionary else { return [] }
    var result: [Found] = []
    var seen: Set<ObjectIdentifier> = [ObjectIdentifier(root)]
    var open: [(path: [String], dictionary: PickleDictionary)] = [([], root)]
    var next = 0
    while next < open.count, next < Self.mostDictionaries {
      let (path, dictionary) = open[next]
      next += 1
      let found = Self.found(path, dictionary)
      if !found.candidate.tensors.isEmpty { result.append(found) }
      guard path.count < Self.deepest else { continue }
      for (key, value) in dictionary.items {
        guard let name = key.text, let inner = value.dictionary,
          seen.insert(ObjectIdentifier(inner)).inserted
        else { continue }
        open.append((path + [name], inner))
      }
    }
    return result
  }

  /// The dictionary of a key such as `state.model`; a key may itself hold dots, and "." is the file's own.
  private func find(_ key: String) -> Found? {
    guard let root = pickle.value.dictionary else { return nil }
    if key == "." { return Self.found([], root) }
    let words = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard words.count <= Self.deepest else { return nil }
    return Self.follow(words[...], [], root).map { Self.found($0, $1) }
  }

  private static func follow(
    _ words: ArraySlice<String>, _ path: [String], _ dictionary: PickleDictionary
  ) -> (path: [String], dictionary: PickleDictionary)? {
    guard !words.isEmpty else { return (path, dictionary) }
    for count in 1...words.count {
      let name = words.prefix(count).joined(separator: ".")
      if let inner = dictionary[name]?.dictionary,
        let found = follow(words.dropFirst(count), path + [name], inner)
      {
        return found
      }
    }
    return nil
  }

  private var keyList: String {
    (pickle.value.dictionary?.items ?? []).compactMap(\.key.text).prefix(10).joined(separator: ", ")
  }

  /// Entries of the file's own dictionary that are numbers or texts.
  private var metadata: [String: String] {
    var result: [String: String] = [:]
    for item in pickle.value.dictionary?.items ?? [] {
      guard let key = item.key.text, let text = item.value.scalarText else { continue }
      result[WeightFile.foreignPrefix + key] = text
    }
    return result
  }

  private func tensors(of dictionary: PickleDictionary) throws(CheckpointError) -> [StoredTensor] {
    var rest = FormatLimits.contentBytes(fileBytes: fileBytes)
    var tensors: [StoredTensor] = []
    for (name, view) in dictionary.tensors {
      rest -= view.byteCount
      guard rest >= 0 else {
        throw CheckpointError(
          .limitExceeded, "the tensors are too large for the file's size", tensor: name)
      }
      let storage = view.storage
      guard let bytes = storages[storage.key],
        bytes.count >= storage.wholeCount * storage.type.byteCount
      else {
        throw CheckpointError(
          .wrongLength, "its storage \(storage.key) is missing or too short", tensor: name)
      }
      let elements = bytes.withUnsafeBytes { view.elements(of: $0) }
      tensors.append(
        try StoredTensor(
          name: name, elementType: storage.type, shape: view.shape, bytes: Data(elements)))
    }
    return tensors
  }
}

extension PickleDictionary {
  /// Entries that are tensors, in order.
  fileprivate var tensors: [(name: String, view: TensorView)] {
    items.compactMap { item in
      guard let name = item.key.text, case .tensor(let view) = item.value else { return nil }
      return (name, view)
    }
  }
}

extension PickleValue {
  /// A number or a text as metadata holds it.
  fileprivate var scalarText: String? {
    switch self {
    case .integer(let value): "\(value)"
    case .wideInteger(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): value
    case .bool(let value): "\(value)"
    default: nil
    }
  }
}
