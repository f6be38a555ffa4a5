/// What a pickle of PyTorch's files may hold.
indirect enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case bytes([UInt8])
  case tuple([PickleValue])
  case list(PickleList)
  case dictionary(PickleDictionary)
  /// A name of the whitelist, `module name`.
  case global(String)
  case storage(StorageReference)
  case tensor(TensorView)

  var tuple: [PickleValue]? { if case .tuple(let items) = self { items } else { nil } }
  var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  var text: String? { if case .text(let value) = self { value } else { nil } }
  var global: String? { if case .global(let name) = self { name } else { nil } }
  var storage: StorageReference? { if case .storage(let value) = self { value } else { nil } }
  var dictionary: PickleDictionary? {
    if case .dictionary(let value) = self { value } else { nil }
  }

  /// The elements of a tuple of integers.
  var integers: [Int]? {
    guard let items = tuple else { return nil }
    let values = items.compactMap(\.integer)
    return values.count == items.count ? values : nil
  }
}

/// A list; a class, because the machine changes lists that its memo refers to.
final class PickleList {
  var items: [PickleValue] = []
}

/// A dictionary in the order of insertion.
final class PickleDictionary {
  var items: [(key: PickleValue, value: PickleValue)] = []
}
