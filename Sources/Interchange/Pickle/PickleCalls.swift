import CheckpointFormat

/// What the calls of a pickle do. Every argument is used, or checked to be one that changes nothing.
struct PickleCalls {
  let heap: PickleHeap

  /// Calls an allowed name.
  func call(_ function: PickleValue, _ arguments: PickleValue) throws(CheckpointError)
    -> PickleValue
  {
    guard case .global(let global) = function, let items = arguments.tuple else {
      throw CheckpointError(.malformedHeader, "the pickle calls \(function.kind)")
    }
    switch global.meaning {
    case .orderedDictionary where items.count <= 1:
      return try dictionary(.ordered, items.first, global)
    case .counter where items.count <= 1: return try dictionary(.counter, items.first, global)
    case .size where items.count <= 1: return try size(items, global)
    case .tensor: return .tensor(try tensor(items, global))
    case .set where items.count == 1:
      guard case .list(let list) = items[0], list.items.allSatisfy(\.isHashable) else { break }
      return .opaque(.set)
    case .device where Self.isDevice(items): return .opaque(.device)
    case .parameter where items.count == 3:
      guard case .tensor(let view) = items[0] else { break }
      try Self.check(items[1], items[2], of: view.storage.type, global)
      return items[0]
    case .encoding where items.count == 2: return try bytes(items[0], items[1], global)
    case .numPyType: return .numPyType(try NumPyType(items))
    case .numPyScalar where items.count == 2:
      guard case .numPyType(let type) = items[0], case .bytes(let bytes) = items[1] else { break }
      return try type.scalar(bytes)
    default: break
    }
    throw Self.wrongArguments(global)
  }

  /// Makes an empty object of an allowed class.
  func make(_ function: PickleValue, _ arguments: PickleValue) throws(CheckpointError)
    -> PickleValue
  {
    guard case .global(let global) = function, let items = arguments.tuple else {
      throw CheckpointError(.malformedHeader, "the pickle makes an object of \(function.kind)")
    }
    switch global.meaning {
    case .orderedDictionary where items.isEmpty: return .dictionary(heap.dictionary(.ordered))
    case .counter where items.isEmpty: return .dictionary(heap.dictionary(.counter))
    case .namespace where items.isEmpty: return .opaque(.namespace)
    default: throw Self.wrongArguments(global)
    }
  }

  /// Sets the state of an object. That of an ordered dictionary (`_metadata`: versions of modules) and of
  /// arguments is left out.
  func build(_ object: PickleValue, _ state: PickleValue) throws(CheckpointError) {
    switch object {
    case .dictionary(let dictionary) where dictionary.kind != .plain && state.dictionary != nil:
      break
    case .opaque(.namespace) where state.dictionary != nil: break
    case .numPyType(let type): try type.check(state: state)
    default:
      throw CheckpointError(
        .unsupportedContent, "the pickle sets the state of \(object.kind) to \(state.kind)")
    }
  }

  /// ('cpu') or ('cuda', number)
  private static func isDevice(_ items: [PickleValue]) -> Bool {
    guard let kind = items.first?.text, ["cpu", "cuda", "mps"].contains(kind) else { return false }
    guard items.count == 2, let number = items[1].integer else { return items.count == 1 }
    return number >= 0 && number < (kind == "cpu" ? 1 : 64)
  }

  /// (storage, offset, shape, strides), and in the newer form (..., requires gradient, hooks) and (..., marks
  /// of a lazy view).
  private func tensor(_ items: [PickleValue], _ global: Whitelist.Global) throws(CheckpointError)
    -> TensorView
  {
    let isOlder = global.name.hasSuffix("_rebuild_tensor")
    guard isOlder ? items.count == 4 : items.count == 6 || items.count == 7,
      let storage = items[0].storage, let offset = items[1].integer,
      let shape = items[2].integers, let strides = items[3].integers
    else { throw Self.wrongArguments(global) }
    if !isOlder { try Self.check(items[4], items[5], of: storage.type, global) }
    let isNegated = items.count == 7 ? try Self.isNegated(items[6], storage.type, global) : false
    return try TensorView(
      storage: storage, offset: offset, shape: shape, strides: strides, isNegated: isNegated)
  }

  /// Whether the marks of a lazy view say that its numbers have the other sign. PyTorch writes such a view for
  /// the imaginary part of a conjugate and counts a mark that is there, whatever its value.
  private static func isNegated(
    _ marks: PickleValue, _ type: ElementType, _ global: Whitelist.Global
  ) throws(CheckpointError) -> Bool {
    guard let dictionary = marks.dictionary else {
      if case .none = marks { return false }
      throw wrongArguments(global)
    }
    guard !dictionary.items.isEmpty else { return false }
    guard dictionary.items.count == 1, dictionary["neg"]?.bool == true, type.isFloatingPoint else {
      throw CheckpointError(
        .unsupportedContent,
        "a tensor is a lazy view (\(dictionary.items.compactMap(\.key.text).joined(separator: ", "))) of "
          + "\(type.rawValue): call resolve_neg() and resolve_conj() in Python and save it anew")
    }
    return true
  }

  /// Whether a gradient is wanted, and hooks: neither changes a number, but both have their types.
  private static func check(
    _ requiresGradient: PickleValue, _ hooks: PickleValue, of type: ElementType,
    _ global: Whitelist.Global
  ) throws(CheckpointError) {
    guard let isWanted = requiresGradient.bool, !isWanted || type.isFloatingPoint else {
      throw wrongArguments(global)
    }
    if case .none = hooks { return }
    guard hooks.dictionary != nil else { throw wrongArguments(global) }
  }

  private func size(_ items: [PickleValue], _ global: Whitelist.Global) throws(CheckpointError)
    -> PickleValue
  {
    guard let first = items.first else { return heap.tuple([]) }
    guard let extents = first.integers else { throw Self.wrongArguments(global) }
    return heap.tuple(extents.map { .integer($0) })
  }

  private func bytes(
    _ text: PickleValue, _ encoding: PickleValue, _ global: Whitelist.Global
  ) throws(CheckpointError) -> PickleValue {
    guard let text = text.text, encoding.text == "latin1" else {
      throw Self.wrongArguments(global)
    }
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else { throw Self.wrongArguments(global) }
      bytes.append(byte)
    }
    return .bytes(bytes)
  }

  /// A dictionary from nothing, from another one or, where the order counts, from a list of pairs.
  private func dictionary(
    _ kind: PickleDictionary.Kind, _ source: PickleValue?, _ global: Whitelist.Global
  ) throws(CheckpointError) -> PickleValue {
    let result = heap.dictionary(kind)
    switch source {
    case nil: break
    case .dictionary(let other): for item in other.items { result.set(item.key, item.value) }
    case .list(let list) where kind == .ordered:
      for item in list.items {
        let pair: [PickleValue] =
          if case .list(let inner) = item { inner.items } else { item.tuple ?? [] }
        guard pair.count == 2, pair[0].isHashable else { throw Self.wrongArguments(global) }
        result.set(pair[0], pair[1])
      }
    default: throw Self.wrongArguments(global)
    }
    return .dictionary(result)
  }

  private static func wrongArguments(_ global: Whitelist.Global) -> CheckpointError {
    CheckpointError(.malformedHeader, "the pickle calls \(global.name) with wrong arguments")
  }
}
