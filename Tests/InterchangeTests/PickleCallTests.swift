import CheckpointFormat
import Foundation
import Interchange
import Testing

/// Every argument of every call that a pickle may make is used or checked.
struct PickleCallTests {
  /// Values as instructions of protocol 2.
  private enum Code {
    static let storage = storage("FloatStorage", count: 2)
    static let no: [UInt8] = [0x89]
    static let yes: [UInt8] = [0x88]
    static let none: [UInt8] = [0x4E]
    static let dictionary: [UInt8] = [0x7D]
    static let list: [UInt8] = [0x5D]

    static func storage(_ type: String, count: UInt8, place: [UInt8] = text("cpu")) -> [UInt8] {
      [0x28] + text("storage") + global("torch", type) + text("0") + place + [0x4B, count]
        + none + [0x74, 0x51]
    }
    static func frame(_ length: Int) -> [UInt8] {
      [0x95] + (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    }
    static func text(_ text: String) -> [UInt8] {
      [0x58, UInt8(text.utf8.count), 0, 0, 0] + text.utf8
    }
    static func global(_ module: String, _ name: String) -> [UInt8] {
      [0x63] + Array("\(module)\n\(name)\n".utf8)
    }
    static func integer(_ value: UInt8) -> [UInt8] { [0x4B, value] }
    static func tuple(_ items: [[UInt8]]) -> [UInt8] { [0x28] + items.flatMap { $0 } + [0x74] }
    static func entry(_ key: String, _ value: [UInt8]) -> [UInt8] {
      dictionary + text(key) + value + [0x73]
    }
    static func call(_ module: String, _ name: String, _ items: [[UInt8]]) -> [UInt8] {
      global(module, name) + tuple(items) + [0x52]
    }
  }

  private static let plain: [[UInt8]] = [
    Code.storage, Code.integer(0), Code.tuple([Code.integer(2)]), Code.tuple([Code.integer(1)]),
  ]
  private static let newer = plain + [Code.no, Code.dictionary]

  private static func tensor(_ items: [[UInt8]]) -> [UInt8] {
    Code.call("torch._utils", "_rebuild_tensor_v2", items)
  }

  /// A file of the older form: `{"a.weight": value, "besides": other}` over one storage of 1, 2.
  private static func file(
    _ value: [UInt8], besides other: [UInt8] = Code.none, stored: UInt8 = 2
  ) -> Data {
    let magic: [UInt8] = [
      0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
    ]
    let pickles: [[UInt8]] = [
      magic, [0x4D, 0xE9, 3], Code.dictionary,
      Code.dictionary + Code.text("a.weight") + value + [0x73] + Code.text("besides") + other
        + [0x73], Code.list + Code.text("0") + [0x61],
    ]
    let content: [UInt8] = [stored, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]
    return Data(pickles.flatMap { [0x80, 2] + $0 + [0x2E] } + content)
  }

  private static func values(_ data: Data) throws -> [Double] {
    try PyTorchFile.read(data).tensors.first?.values() ?? []
  }

  @Test("tensors, parameters and lazily negated ones are read")
  func read() throws {
    let older = Code.call("torch._utils", "_rebuild_tensor", Self.plain)
    #expect(try Self.values(Self.file(older)) == [1, 2])
    #expect(try Self.values(Self.file(Self.tensor(Self.newer))) == [1, 2])
    #expect(try Self.values(Self.file(Self.tensor(Self.newer + [Code.dictionary]))) == [1, 2])
    let negated = Self.tensor(Self.newer + [Code.entry("neg", Code.yes)])
    #expect(try Self.values(Self.file(negated)) == [-1, -2])
    let parameter = Code.call(
      "torch._utils", "_rebuild_parameter", [negated, Code.yes, Code.dictionary])
    #expect(try Self.values(Self.file(parameter)) == [-1, -2])
  }

  @Test("arguments that are of another kind, too many or too few are refused")
  func arguments() throws {
    func replaced(_ index: Int, _ value: [UInt8]) -> [[UInt8]] {
      var items = Self.newer
      items[index] = value
      return items
    }
    let five = Code.integer(5)
    var bad = [
      replaced(0, five), replaced(1, Code.none), replaced(2, Code.list), replaced(3, five),
      replaced(4, five), replaced(4, Code.none), replaced(5, five), Self.plain,
      Self.plain + [Code.no], Self.newer + [five], Self.newer + [Code.dictionary, Code.none],
      replaced(1, Code.integer(1)), replaced(2, Code.tuple([Code.integer(3)])),
    ].map(Self.tensor)
    bad += ["neg", "conj", "other"].map { mark in
      Self.tensor(Self.newer + [Code.entry(mark, Code.no)])
    }
    bad.append(Self.tensor(Self.newer + [Code.entry("conj", Code.yes)]))
    let tensor = Self.tensor(Self.newer)
    let parameters = [
      [tensor], [tensor, Code.no], [tensor, five, Code.dictionary], [tensor, Code.no, five],
      [five, Code.no, Code.dictionary], [tensor, Code.no, Code.dictionary, Code.none],
    ]
    bad += parameters.map { Code.call("torch._utils", "_rebuild_parameter", $0) }
    bad.append(Code.call("torch._utils", "_rebuild_tensor", Self.newer))
    for value in bad {
      #expect(throws: CheckpointError.self, "\(value)") { try PyTorchFile.read(Self.file(value)) }
    }
  }

  @Test("frames, protocols and places that Python refuses are refused")
  func framing() throws {
    let tensor = Self.tensor(Self.newer)
    let text = Code.text("ab")
    func read(_ other: [UInt8]) throws { _ = try Self.values(Self.file(tensor, besides: other)) }
    // Behind the text come the entry and the end of the pickle.
    for length in [text.count, text.count + 1, text.count + 2] {
      #expect(throws: Never.self) { try read(Code.frame(length) + text) }
    }
    for length in [text.count - 1, text.count + 3, 10_000] {
      #expect(throws: CheckpointError.self) { try read(Code.frame(length) + text) }
    }
    #expect(throws: CheckpointError.self) {
      try read(Code.frame(text.count + 11) + Code.frame(text.count + 2) + text)
    }
    #expect(throws: Never.self) { try read([0x80, 5] + text) }
    #expect(throws: CheckpointError.self) { try read([0x80, 6] + text) }
    // A memo of number 100,000 in a short pickle.
    #expect(throws: Never.self) { try read(text + [0x72, 9, 0, 0, 0]) }
    #expect(throws: CheckpointError.self) { try read(text + [0x72, 0xA0, 0x86, 1, 0]) }
    var placeless = Self.newer
    placeless[0] = Code.storage("FloatStorage", count: 2, place: Code.none)
    #expect(throws: CheckpointError.self) { try Self.values(Self.file(Self.tensor(placeless))) }
  }

  @Test("calls and states beside the tensors that Python refuses are refused")
  func others() throws {
    let five = Code.integer(5)
    let pairs = Code.list + Code.tuple([Code.text("k"), five]) + [0x61]
    let ordered = Code.global("collections", "OrderedDict")
    let type = Code.call("numpy", "dtype", [Code.text("f8"), Code.no, Code.yes])
    let good = [
      Code.call("collections", "OrderedDict", [pairs]),
      Code.call("collections", "Counter", [Code.dictionary]),
      Code.call("torch", "Size", [Code.tuple([five])]),
      ordered + Code.tuple([]) + [0x81] + Code.dictionary + [0x62],
      Code.call("_codecs", "encode", [Code.text("ä"), Code.text("latin1")]), type,
      Code.call("builtins", "set", [pairs]), Code.call("torch", "device", [Code.text("cpu")]),
      Code.global("torch", "float32"),
    ]
    for value in good {
      let file = Self.file(Self.tensor(Self.newer), besides: value)
      #expect(try Self.values(file) == [1, 2])
    }
    let bad = [
      Code.call("collections", "OrderedDict", [pairs, five]),
      Code.call("collections", "Counter", [pairs]), ordered + Code.tuple([pairs]) + [0x81],
      Code.call("torch", "Size", [Code.tuple([Code.text("x")])]),
      Code.call("torch", "Size", [Code.tuple([]), five]),
      Code.call("_codecs", "encode", [Code.text("ä"), Code.text("utf-8")]),
      Code.call("_codecs", "encode", [Code.text("Ω"), Code.text("latin1")]),
      Code.call("numpy", "dtype", [Code.text("V8"), Code.no, Code.yes]),
      Code.call("numpy._core.multiarray", "scalar", [type, Code.text("12345678")]),
      Code.global("torch", "FloatStorage") + Code.tuple([]) + [0x52],
      Code.global("torch", "float32") + Code.tuple([]) + [0x52],
      Code.call("builtins", "set", [Code.list + Code.list + [0x61]]),
      Code.call("torch", "device", [Code.text("abacus")]),
      Code.dictionary + Code.dictionary + [0x62], Code.list + Code.dictionary + [0x62],
      Code.tuple([]) + Code.tuple([]) + [0x52], Code.dictionary + Code.list + five + [0x73],
      // A mark between a list and what is added to it.
      Code.list + [0x28] + five + [0x61],
      // The same storage once more, of another type and of another size.
      Code.storage("IntStorage", count: 2), Code.storage("FloatStorage", count: 1),
    ]
    for value in bad {
      let file = Self.file(Self.tensor(Self.newer), besides: value)
      #expect(throws: CheckpointError.self, "\(value)") { try PyTorchFile.read(file) }
    }
    #expect(throws: CheckpointError.self) {
      try PyTorchFile.read(Self.file(Self.tensor(Self.newer), stored: 1))
    }
  }

  @Test("a key that is set twice has its last value, as in Python")
  func twice() throws {
    let other = Self.tensor([Code.storage, Code.integer(1)] + Self.newer[2...].map { $0 })
    #expect(throws: CheckpointError.self) { try PyTorchFile.read(Self.file(other)) }
    let one = [Code.storage, Code.integer(1), Code.tuple([]), Code.tuple([]), Code.no, Code.none]
    let file = Self.file(
      Self.tensor(Self.newer) + [0x73] + Code.text("a.weight") + Self.tensor(one))
    #expect(try PyTorchFile.read(file).tensors.count == 1)
    #expect(try Self.values(file) == [2])
  }

  @Test("of several dictionaries the one is taken that fits the network, or the key")
  func candidates() throws {
    let tensor = Self.tensor(Self.newer)
    func read(_ inner: String, _ reading: WeightFile.Reading) throws -> String? {
      let file = Self.file(tensor, besides: Code.entry(inner, tensor))
      return try PyTorchFile.read(file, reading).tensors.first?.name
    }
    func network(_ name: String) -> ExpectedState {
      ExpectedState(network: "tiny", tensors: [ExpectedTensor(name: name, shape: [2])])
    }
    #expect(try read("x.weight", .init(expected: network("x.weight"))) == "x.weight")
    #expect(try read("x.weight", .init(expected: network("a.weight"))) == "a.weight")
    #expect(try read("x.weight", .init(key: ".")) == "a.weight")
    #expect(try read("x.weight", .init(key: "besides")) == "x.weight")
    // A tensor whose name is none of a module's is no state dict beside one that is.
    #expect(try read("best", .init()) == "a.weight")
    for (inner, expected, word) in [
      ("x.weight", nil, "\".\" (1 tensors), \"besides\" (1 tensors)"),
      ("x.weight", network("y.weight"), "none of which fits tiny"),
      ("a.weight", network("a.weight"), "all of which fit tiny"),
    ] {
      #expect { try read(inner, .init(expected: expected)) } throws: { "\($0)".contains(word) }
    }
  }

  @Test("values nested a million deep, in circles or shared without end neither trap nor hang")
  func depth() throws {
    let deep = 1_000_000
    let tuples = Code.none + [UInt8](repeating: 0x85, count: deep)
    let lists = [UInt8](repeating: 0x5D, count: deep) + [UInt8](repeating: 0x61, count: deep - 1)
    let circle: [UInt8] = [0x5D, 0x71, 0, 0x68, 0, 0x61]
    let shared = Code.none + (0..<200).flatMap { _ in [0x71, 0, 0x68, 0, 0x86] as [UInt8] }
    for value in [tuples, lists, circle, shared] {
      let file = Self.file(Self.tensor(Self.newer), besides: value)
      #expect(try Self.values(file) == [1, 2])
    }
  }
}
