import CheckpointFormat
import Foundation

/// Finds the state dict in what a pickle holds.
enum StateDict {
  private static let usualKeys = ["state_dict", "model", "net", "model_state_dict"]
  private static let prefix = "module."

  /// The checkpoint with the tensors of the state dict. `storage` gives the bytes of a key.
  static func checkpoint(
    _ value: PickleValue, key: String?, fileBytes: Int, storage: (String) -> Data?
  ) throws(CheckpointError) -> Checkpoint {
    guard let root = value.dictionary else {
      throw CheckpointError(.unsupportedContent, "the file holds no dictionary but something else")
    }
    let dictionary = try find(in: root, key: key)
    var tensors: [StoredTensor] = []
    var rest = FormatLimits.contentBytes(fileBytes: fileBytes)
    let named = dictionary.tensors
    guard !named.isEmpty else {
      throw CheckpointError(
        .notFound, "the dictionary holds no tensors; its keys are \(root.keyList)")
    }
    let isParallel = named.allSatisfy { $0.name.hasPrefix(prefix) }
    for (name, view) in named {
      let name = isParallel ? String(name.dropFirst(prefix.count)) : name
      do throws(CheckpointError) {
        rest -= view.byteCount
        guard rest >= 0 else {
          throw CheckpointError(.limitExceeded, "the tensors are too large for the file's size")
        }
        tensors.append(try tensor(name, view, storage(view.storage.key)))
      } catch {
        throw error.at(tensor: name)
      }
    }
    return Checkpoint(metadata: root.texts, sections: [.model: tensors])
  }

  private static func find(in root: PickleDictionary, key: String?) throws(CheckpointError)
    -> PickleDictionary
  {
    if let key {
      guard let found = root[key]?.dictionary else {
        throw CheckpointError(
          .notFound, "there is no dictionary \"\(key)\"; the keys are \(root.keyList)")
      }
      return found
    }
    if !root.tensors.isEmpty { return root }
    return usualKeys.lazy.compactMap { root[$0]?.dictionary }.first ?? root
  }

  private static func tensor(_ name: String, _ view: TensorView, _ bytes: Data?)
    throws(CheckpointError) -> StoredTensor
  {
    let type = view.storage.type
    guard let bytes,
      bytes.count >= (view.storage.offset + view.storage.count) * type.byteCount
    else {
      throw CheckpointError(.wrongLength, "its storage \(view.storage.key) is missing or too short")
    }
    let elements = bytes.withUnsafeBytes { view.elements(of: $0) }
    return try StoredTensor(
      name: name, elementType: type, shape: view.shape, bytes: Data(elements))
  }

  /// The element type of every storage that the tensors refer to, wherever they are.
  static func storageTypes(of value: PickleValue) throws(CheckpointError) -> [String: ElementType] {
    var types: [String: ElementType] = [:]
    var seen: Set<ObjectIdentifier> = []
    var open = [value]
    while let next = open.popLast() {
      switch next {
      case .tensor(let view): types[view.storage.key] = view.storage.type
      case .storage(let storage): types[storage.key] = storage.type
      case .tuple(let items): open += items
      case .list(let list) where seen.insert(ObjectIdentifier(list)).inserted: open += list.items
      case .dictionary(let dictionary) where seen.insert(ObjectIdentifier(dictionary)).inserted:
        open += dictionary.items.flatMap { [$0.key, $0.value] }
      default: break
      }
      guard open.count <= FormatLimits.headerBytes else {
        throw CheckpointError(.limitExceeded, "the pickle holds too many values")
      }
    }
    return types
  }
}

extension PickleDictionary {
  /// The last value of a text key.
  subscript(key: String) -> PickleValue? { items.last { $0.key.text == key }?.value }

  fileprivate var keyList: String {
    items.compactMap(\.key.text).prefix(10).joined(separator: ", ")
  }

  /// Entries that are tensors, in order.
  fileprivate var tensors: [(name: String, view: TensorView)] {
    items.compactMap { item in
      guard let name = item.key.text, case .tensor(let view) = item.value else { return nil }
      return (name, view)
    }
  }

  /// Entries that are numbers or texts.
  fileprivate var texts: [String: String] {
    var result: [String: String] = [:]
    for item in items {
      guard let key = item.key.text else { continue }
      switch item.value {
      case .integer(let value): result["source.\(key)"] = "\(value)"
      case .number(let value): result["source.\(key)"] = "\(value)"
      case .text(let value): result["source.\(key)"] = value
      case .bool(let value): result["source.\(key)"] = "\(value)"
      default: break
      }
    }
    return result
  }
}
