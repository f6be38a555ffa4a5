import CheckpointFormat

/// Runs the pickles of PyTorch's files: a whitelist of instructions and names, no code, no objects.
///
/// Everything else is refused by name. The work is bounded by the length of the text: no instruction makes
/// more than one value, and lengths are compared with what is left before anything is copied.
struct PickleMachine {
  /// The two forms of PyTorch's files, which refer to storages differently.
  enum Form { case archive, stream }

  /// What a pickle holds.
  struct Result {
    let value: PickleValue
    /// Every storage that it refers to, by its key.
    let storages: [String: StorageReference]
    fileprivate let heap: PickleHeap
  }

  private let bytes: UnsafeRawBufferPointer
  private let form: Form
  private let heap = PickleHeap()
  private var storages: [String: StorageReference] = [:]
  /// Views of the older form by their own keys.
  private var views: [String: StorageReference] = [:]
  private(set) var position: Int
  /// Where the instructions of the last frame end; never inside of a number or a text.
  private var frameEnd = 0
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  /// Runs one pickle that starts at `position` and moves `position` behind it.
  static func run(_ bytes: UnsafeRawBufferPointer, _ form: Form, at position: inout Int)
    throws(CheckpointError) -> Result
  {
    var machine = PickleMachine(bytes: bytes, form: form, position: position)
    let value = try machine.run()
    position = machine.position
    return Result(value: value, storages: machine.storages, heap: machine.heap)
  }

  private init(bytes: UnsafeRawBufferPointer, form: Form, position: Int) {
    self.bytes = bytes
    self.form = form
    self.position = position
  }

  private mutating func run() throws(CheckpointError) -> PickleValue {
    while true {
      let code = try byte()
      guard let instruction = Opcode(rawValue: code) else {
        throw CheckpointError(
          .unsupportedContent,
          "the pickle uses the instruction 0x\(String(code, radix: 16)), which no plain state dict needs: "
            + "save the state dict alone with torch.save"
        )
      }
      if instruction == .stop {
        // Python goes on behind the frame, whatever is left of it.
        guard position >= frameEnd else { throw malformed("an end inside of a frame") }
        return try pop()
      }
      try execute(instruction)
    }
  }

  private mutating func execute(_ instruction: Opcode) throws(CheckpointError) {
    switch instruction {
    case .stop: break
    case .proto:
      let version = try byte()
      guard version <= Self.newestProtocol else { throw malformed("protocol \(version)") }
    case .frame: try openFrame(try length(8))
    case .mark: marks.append(stack.count)
    case .pop: _ = try pop()
    case .none: stack.append(.none)
    case .newTrue: stack.append(.bool(true))
    case .newFalse: stack.append(.bool(false))
    case .binInt: stack.append(.integer(Int(Int32(truncatingIfNeeded: try length(4)))))
    case .binInt1: stack.append(.integer(Int(try byte())))
    case .binInt2: stack.append(.integer(try length(2)))
    case .long1: stack.append(.init(littleEndian: [UInt8](try slice(Int(try byte())))))
    case .binFloat: stack.append(.number(try bigEndianDouble()))
    case .binUnicode: stack.append(.text(try text(try length(4))))
    case .shortBinUnicode: stack.append(.text(try text(Int(try byte()))))
    case .binString: stack.append(.text(try text(try length(4))))
    case .shortBinString: stack.append(.text(try text(Int(try byte()))))
    case .binBytes: stack.append(.bytes([UInt8](try slice(try length(4)))))
    case .shortBinBytes: stack.append(.bytes([UInt8](try slice(Int(try byte())))))
    case .emptyDict: stack.append(.dictionary(heap.dictionary(.plain)))
    case .emptyList: stack.append(heap.list())
    case .emptyTuple: stack.append(heap.tuple([]))
    case .tuple: stack.append(heap.tuple(try popMark()))
    case .tuple1: stack.append(heap.tuple([try pop()]))
    case .tuple2: try packTuple(2)
    case .tuple3: try packTuple(3)
    case .append: try extend(with: [try pop()])
    case .appends: try extend(with: try popMark())
    case .setItem:
      let value = try pop()
      try set([try pop(), value])
    case .setItems: try set(try popMark())
    case .binPut: memo[Int(try byte())] = try top()
    case .longBinPut: try memorise(try length(4))
    case .memoize: memo[memo.count] = try top()
    case .binGet: try recall(Int(try byte()))
    case .longBinGet: try recall(try length(4))
    case .global: stack.append(.global(try Whitelist.global(module: try line(), name: try line())))
    case .stackGlobal:
      let name = try pop().text
      let module = try pop().text
      guard let name, let module else { throw malformed("a name that is no text") }
      stack.append(.global(try Whitelist.global(module: module, name: name)))
    case .binPersistentID: stack.append(.storage(try storage(try pop())))
    case .reduce:
      let arguments = try pop()
      stack.append(try PickleCalls(heap: heap).call(try pop(), arguments))
    case .newObject:
      let arguments = try pop()
      stack.append(try PickleCalls(heap: heap).make(try pop(), arguments))
    case .build:
      let state = try pop()
      try PickleCalls(heap: heap).build(try top(), state)
    }
  }

  /// ('storage', type, key, location, count), and in the older form a view (key, offset, count) or None.
  ///
  /// PyTorch keeps what the first reference to a key said, so that all must say the same.
  private mutating func storage(_ value: PickleValue) throws(CheckpointError) -> StorageReference {
    guard let items = value.tuple, items.count == (form == .archive ? 5 : 6),
      items[0].text == "storage", case .global(let global) = items[1],
      case .storage(let type) = global.meaning, let key = items[2].text,
      items[3].text != nil, let count = items[4].integer, count >= 0,
      count <= FormatLimits.tensorBytes / type.byteCount
    else { throw malformed("a storage in a way that PyTorch does not") }
    let whole = StorageReference(key: key, type: type, wholeCount: count, part: 0..<count)
    guard storages.updateValue(whole, forKey: key) ?? whole == whole, views[key] == nil else {
      throw malformed("storage \(key) as two different ones")
    }
    guard items.count == 6, let view = items[5].tuple else {
      if let last = items.last, items.count == 6, case .none = last { return whole }
      guard items.count == 5 else { throw malformed("a view in a way that PyTorch does not") }
      return whole
    }
    guard view.count == 3, let name = view[0].text, let start = view[1].integer,
      let size = view[2].integer, start >= 0, size >= 0, start <= count, size <= count - start
    else { throw malformed("a view that lies outside of its storage") }
    let part = StorageReference(
      key: key, type: type, wholeCount: count, part: start..<(start + size))
    guard views.updateValue(part, forKey: name) ?? part == part, storages[name] == nil else {
      throw malformed("view \(name) as two different ones")
    }
    return part
  }

  /// The newest protocol that Python knows.
  private static let newestProtocol: UInt8 = 5

  private mutating func openFrame(_ count: Int) throws(CheckpointError) {
    guard count >= 0, count <= bytes.count - position else {
      throw CheckpointError(.wrongLength, "the pickle ends early")
    }
    guard position >= frameEnd else { throw malformed("a frame inside of a frame") }
    frameEnd = position + count
  }

  /// Python's memo is a table as long as its greatest number, so that no writer leaves many out.
  private mutating func memorise(_ number: Int) throws(CheckpointError) {
    guard number <= bytes.count else { throw malformed("memo \(number) in a pickle this short") }
    memo[number] = try top()
  }

  private mutating func packTuple(_ count: Int) throws(CheckpointError) {
    var items: [PickleValue] = []
    for _ in 0..<count { items.append(try pop()) }
    stack.append(heap.tuple(items.reversed()))
  }

  private mutating func extend(with items: [PickleValue]) throws(CheckpointError) {
    guard case .list(let list) = try top() else { throw malformed("an element without a list") }
    list.items += items
  }

  private mutating func set(_ pairs: [PickleValue]) throws(CheckpointError) {
    guard case .dictionary(let dictionary) = try top(), pairs.count % 2 == 0 else {
      throw malformed("an entry without a dictionary")
    }
    for index in stride(from: 0, to: pairs.count, by: 2) {
      guard pairs[index].isHashable else { throw malformed("a key that is none") }
      dictionary.set(pairs[index], pairs[index + 1])
    }
  }

  private mutating func recall(_ number: Int) throws(CheckpointError) {
    guard let value = memo[number] else { throw malformed("a memo that was never made") }
    stack.append(value)
  }

  // MARK: stack

  private mutating func pop() throws(CheckpointError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw malformed("a value that is not there")
    }
    return value
  }

  private func top() throws(CheckpointError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.last else {
      throw malformed("a value that is not there")
    }
    return value
  }

  private mutating func popMark() throws(CheckpointError) -> [PickleValue] {
    guard let mark = marks.popLast(), mark <= stack.count else {
      throw malformed("a mark that is not there")
    }
    let items = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return items
  }

  private func malformed(_ what: String) -> CheckpointError {
    CheckpointError(.malformedHeader, "the pickle asks for \(what) at byte \(position)")
  }

  // MARK: text

  private mutating func slice(_ count: Int) throws(CheckpointError)
    -> UnsafeRawBufferPointer.SubSequence
  {
    guard count >= 0, count <= bytes.count - position else {
      throw CheckpointError(.wrongLength, "the pickle ends early")
    }
    guard position >= frameEnd || position + count <= frameEnd else {
      throw malformed("what lies across the end of a frame")
    }
    defer { position += count }
    return bytes[position..<(position + count)]
  }

  private mutating func byte() throws(CheckpointError) -> UInt8 {
    try slice(1)[position - 1]
  }

  private mutating func length(_ count: Int) throws(CheckpointError) -> Int {
    Int(truncatingIfNeeded: try slice(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  private mutating func bigEndianDouble() throws(CheckpointError) -> Double {
    Double(bitPattern: try slice(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  private mutating func text(_ count: Int) throws(CheckpointError) -> String {
    guard let text = String(validating: try slice(count), as: UTF8.self) else {
      throw malformed("a text that is not UTF-8")
    }
    return text
  }

  private mutating func line() throws(CheckpointError) -> String {
    guard let end = bytes[position...].firstIndex(of: 0x0A) else {
      throw CheckpointError(.wrongLength, "the pickle ends early")
    }
    let result = try text(end - position)
    position += 1
    return result
  }
}

/// The instructions of protocols 2 to 4 that a state dict needs.
private enum Opcode: UInt8 {
  case stop = 0x2E, proto = 0x80, frame = 0x95, mark = 0x28, pop = 0x30
  case none = 0x4E, newTrue = 0x88, newFalse = 0x89
  case binInt = 0x4A, binInt1 = 0x4B, binInt2 = 0x4D, long1 = 0x8A, binFloat = 0x47
  case binUnicode = 0x58, shortBinUnicode = 0x8C, binString = 0x54, shortBinString = 0x55
  case binBytes = 0x42, shortBinBytes = 0x43
  case emptyDict = 0x7D, emptyList = 0x5D, emptyTuple = 0x29
  case tuple = 0x74, tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87
  case append = 0x61, appends = 0x65, setItem = 0x73, setItems = 0x75
  case binPut = 0x71, longBinPut = 0x72, memoize = 0x94, binGet = 0x68, longBinGet = 0x6A
  case global = 0x63, stackGlobal = 0x93, binPersistentID = 0x51
  case reduce = 0x52, newObject = 0x81, build = 0x62
}
