import CheckpointFormat

/// The names that a pickle may use, and what they do here.
enum Whitelist {
  private static let storages: [String: ElementType] = [
    "FloatStorage": .float32, "DoubleStorage": .float64, "HalfStorage": .float16,
    "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32,
    "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
  ]
  private static let functions: Set<String> = [
    "collections OrderedDict", "torch._utils _rebuild_tensor", "torch._utils _rebuild_tensor_v2",
    "torch._utils _rebuild_parameter", "torch Size",
  ]

  /// PyTorch's name of the storages of a type.
  static func storageName(of type: ElementType) -> String {
    storages.first { $0.value == type }?.key ?? type.rawValue
  }

  /// `module name` of an allowed name.
  static func check(module: String, name: String) throws(CheckpointError) -> String {
    let full = "\(module) \(name)"
    guard functions.contains(full) || (module == "torch" && storages[name] != nil) else {
      throw CheckpointError(
        .unsupportedContent,
        "the pickle names \(module).\(name), which is not on the list of what a state dict needs")
    }
    return full
  }

  /// ('storage', type, key, location, count) and, in the older form, a view (key, offset, count).
  static func storage(_ value: PickleValue) throws(CheckpointError) -> StorageReference {
    guard let items = value.tuple, items.count >= 5, items[0].text == "storage",
      let name = items[1].global?.split(separator: " ").last, let type = storages[String(name)],
      let key = items[2].text, let count = items[4].integer, count >= 0,
      count <= FormatLimits.tensorBytes / type.byteCount
    else { throw CheckpointError(.malformedHeader, "a reference that is not one of a storage") }
    if items.count > 5, let view = items[5].tuple {
      guard view.count == 3, let start = view[1].integer, let size = view[2].integer, start >= 0,
        size >= 0, start <= count, size <= count - start
      else { throw CheckpointError(.malformedHeader, "a view that lies outside of its storage") }
      return StorageReference(key: key, type: type, count: size, offset: start)
    }
    return StorageReference(key: key, type: type, count: count)
  }

  /// Calls an allowed name.
  static func call(_ function: PickleValue, _ arguments: PickleValue) throws(CheckpointError)
    -> PickleValue
  {
    let items = arguments.tuple ?? []
    switch function.global {
    case "collections OrderedDict" where items.isEmpty: return .dictionary(PickleDictionary())
    case "collections OrderedDict": return try dictionary(items)
    case "torch Size": return .tuple(items.first?.tuple ?? [])
    case "torch._utils _rebuild_parameter":
      guard let tensor = items.first, case .tensor = tensor else { break }
      return tensor
    case "torch._utils _rebuild_tensor", "torch._utils _rebuild_tensor_v2":
      guard items.count >= 4, let storage = items[0].storage, let offset = items[1].integer,
        let shape = items[2].integers, let strides = items[3].integers
      else { break }
      return .tensor(
        try TensorView(storage: storage, offset: offset, shape: shape, strides: strides))
    default: break
    }
    throw CheckpointError(
      .malformedHeader, "the pickle calls \(function.global ?? "a value") with wrong arguments")
  }

  /// An ordered dictionary from a list of pairs.
  private static func dictionary(_ items: [PickleValue]) throws(CheckpointError) -> PickleValue {
    guard items.count == 1, case .list(let list) = items[0] else {
      throw CheckpointError(.malformedHeader, "a dictionary from something that is no list")
    }
    let result = PickleDictionary()
    for item in list.items {
      let pair: [PickleValue] =
        if case .list(let inner) = item { inner.items } else { item.tuple ?? [] }
      guard pair.count == 2 else {
        throw CheckpointError(.malformedHeader, "a dictionary entry that is no pair")
      }
      result.items.append((pair[0], pair[1]))
    }
    return .dictionary(result)
  }
}
