/// What a pickle of PyTorch's files may hold.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  case wideInteger(WideInteger)
  case number(Double)
  case text(String)
  case bytes([UInt8])
  case tuple(PickleTuple)
  case list(PickleList)
  case dictionary(PickleDictionary)
  /// A name of the whitelist.
  case global(Whitelist.Global)
  case storage(StorageReference)
  case tensor(TensorView)
  case numPyType(NumPyType)
  /// A value of which nothing is kept: a set, a device, an object of arguments.
  case opaque(Opaque)

  enum Opaque: String {
    case set = "a set", device = "a device", namespace = "an object of arguments"
  }

  var tuple: [PickleValue]? { if case .tuple(let tuple) = self { tuple.items } else { nil } }
  var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  var text: String? { if case .text(let value) = self { value } else { nil } }
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

  /// Whether Python takes it as a key.
  var isHashable: Bool {
    switch self {
    case .list, .dictionary: false
    case .opaque(let what): what == .device
    case .tuple(let tuple): tuple.isHashable
    default: true
    }
  }

  /// What it is, for messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a bool"
    case .integer, .wideInteger: "an integer"
    case .number: "a number"
    case .text: "a text"
    case .bytes: "bytes"
    case .tuple(let tuple): "a tuple of \(tuple.items.count)"
    case .list(let list): "a list of \(list.items.count)"
    case .dictionary: "a dictionary"
    case .global(let global): "the name \(global.name)"
    case .storage: "a storage"
    case .tensor(let view): "a single tensor of shape \(view.shape)"
    case .numPyType: "a NumPy type"
    case .opaque(let what): what.rawValue
    }
  }
}

/// The containers that one pickle made.
///
/// They may hold each other in any depth and in circles: emptied one by one when the pickle is no longer
/// used, they go without recursion and none stays behind.
final class PickleHeap {
  private var containers: [PickleContainer] = []

  func tuple(_ items: [PickleValue]) -> PickleValue {
    let tuple = PickleTuple(items)
    containers.append(tuple)
    return .tuple(tuple)
  }

  func list() -> PickleValue {
    let list = PickleList()
    containers.append(list)
    return .list(list)
  }

  func dictionary(_ kind: PickleDictionary.Kind) -> PickleDictionary {
    let dictionary = PickleDictionary(kind)
    containers.append(dictionary)
    return dictionary
  }

  deinit { for container in containers { container.clear() } }
}

/// What holds other values.
class PickleContainer {
  func clear() {}
}

/// A tuple, which never changes.
final class PickleTuple: PickleContainer {
  private(set) var items: [PickleValue]
  let isHashable: Bool

  init(_ items: [PickleValue]) {
    self.items = items
    isHashable = items.allSatisfy(\.isHashable)
  }

  override func clear() { items = [] }
}

/// A list, which the machine changes while its memo refers to it.
final class PickleList: PickleContainer {
  var items: [PickleValue] = []

  override func clear() { items = [] }
}

/// A dictionary in the order of insertion; a text key that is set again keeps its place, as in Python.
final class PickleDictionary: PickleContainer {
  enum Kind { case plain, ordered, counter }

  let kind: Kind
  private(set) var items: [(key: PickleValue, value: PickleValue)] = []
  /// By UTF-8, because texts that look alike are different keys in Python, but equal ones here.
  private var places: [[UInt8]: Int] = [:]

  init(_ kind: Kind) { self.kind = kind }

  func set(_ key: PickleValue, _ value: PickleValue) {
    if let text = key.text {
      let name = Array(text.utf8)
      if let place = places[name] {
        items[place].value = value
        return
      }
      places[name] = items.count
    }
    items.append((key, value))
  }

  subscript(key: String) -> PickleValue? { places[Array(key.utf8)].map { items[$0].value } }

  override func clear() {
    items = []
    places = [:]
  }
}
