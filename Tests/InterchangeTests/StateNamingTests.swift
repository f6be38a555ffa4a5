import CheckpointFormat
import Foundation
import Interchange
import Testing

/// Which names the tensors of a foreign file get, and what fits a network.
struct StateNamingTests {
  private static func tensor(
    _ name: String, _ shape: [Int] = [2], _ type: ElementType = .float32
  ) throws -> StoredTensor {
    try StoredTensor(
      name: name, elementType: type, shape: shape,
      bytes: Data(count: shape.reduce(type.byteCount, *)))
  }

  private static let network = ExpectedState(
    network: "tiny with 2 classes",
    tensors: [
      ExpectedTensor(name: "conv.weight", shape: [2, 3]),
      ExpectedTensor(name: "bn.running_mean", shape: [2]),
      ExpectedTensor(name: "bn.num_batches_tracked", shape: [], isCounter: true),
      ExpectedTensor(name: "fc.weight", shape: [2, 2]), ExpectedTensor(name: "fc.bias", shape: [2]),
    ])

  private static func tensors(prefix: String = "", head: String = "fc") throws -> [StoredTensor] {
    [
      try tensor(prefix + "conv.weight", [2, 3]), try tensor(prefix + "bn.running_mean"),
      try tensor(prefix + "bn.num_batches_tracked", [], .int64),
      try tensor(prefix + head + ".weight", [2, 2]), try tensor(prefix + head + ".bias"),
    ]
  }

  private static func read(
    _ tensors: [StoredTensor], _ expected: ExpectedState? = network, renaming: [String] = []
  ) throws -> WeightFile.Content {
    let data = try PyTorchFile.encoded(Checkpoint(sections: [.model: tensors]))
    return try PyTorchFile.read(
      data, .init(renamings: renaming.map { try TensorRenaming($0) }, expected: expected))
  }

  @Test(
    "prefixes of wrappers are left out and said",
    arguments: [
      ["module."], ["_orig_mod."], ["model."], ["net."], ["module.", "module."],
      ["_orig_mod.", "module."], ["model.", "net.", "_orig_mod."],
    ])
  func wrappers(_ prefixes: [String]) throws {
    for expected in [Self.network, nil] {
      let content = try Self.read(try Self.tensors(prefix: prefixes.joined()), expected)
      #expect(content.tensors == (try Self.tensors()))
      #expect(content.naming.prefixes == prefixes)
      #expect(content.naming.notes.contains { $0.contains("\"\(prefixes.joined())\"") })
    }
  }

  @Test("an averaged model's count is no tensor of the model")
  func averaged() throws {
    let tensors = try [Self.tensor("n_averaged", [], .int64)] + Self.tensors(prefix: "module.")
    let content = try Self.read(tensors)
    #expect(content.tensors == (try Self.tensors()))
    #expect(content.naming.leftOut == ["n_averaged"])
  }

  @Test(
    "a network whose own names begin like a wrapper keeps them, and so does a part of the names")
  func ownPrefix() throws {
    let own = ExpectedState(
      network: "own", tensors: [ExpectedTensor(name: "model.weight", shape: [2])])
    #expect(try Self.read([Self.tensor("model.weight")], own).tensors[0].name == "model.weight")
    let mixed = try [Self.tensor("module.weight"), Self.tensor("head.weight")]
    #expect(try Self.read(mixed, nil).tensors == mixed)
  }

  @Test("counters of batches may be absent or a list of one")
  func counters() throws {
    let without = try Self.tensors().filter { !$0.name.hasSuffix("tracked") }
    #expect(try Self.read(without).tensors == (try Self.tensors()))
    let listed = try without + [Self.tensor("bn.num_batches_tracked", [1], .int64)]
    let content = try Self.read(listed)
    #expect(content.tensors == (try Self.tensors()))
    #expect(content.naming.mendedCounters == ["bn.num_batches_tracked"])
    let wrong = try without + [Self.tensor("bn.num_batches_tracked", [2], .int64)]
    #expect(throws: CheckpointError.self) { try Self.read(wrong) }
  }

  @Test("what does not fit is refused with all differences and the nearest name")
  func misfit() throws {
    var tensors = try Self.tensors(prefix: "module.", head: "linear")
    tensors[0] = try Self.tensor("module.conv.weight", [4, 3])
    tensors[1] = try Self.tensor("module.bn.running_mean", [2], .int64)
    #expect { try Self.read(tensors) } throws: { error in
      let text = "\(error)"
      return [
        "tiny with 2 classes", "2 missing (fc.weight, fc.bias)",
        "2 unexpected (linear.weight, linear.bias)", "conv.weight [4, 3] instead of [2, 3]",
        "bn.running_mean of int64", "--rename linear=fc",
      ].allSatisfy(text.contains)
    }
  }

  @Test(
    "names are changed by their beginning or by an expression",
    arguments: ["linear=fc", "linear.=fc.", "/^lin(ear)?\\./=fc.", "/linear\\.(.*)/=fc.$1"])
  func renaming(_ text: String) throws {
    let content = try Self.read(try Self.tensors(head: "linear"), renaming: [text])
    #expect(content.tensors == (try Self.tensors()))
    #expect(content.naming.renamedCount == 2)
  }

  @Test("a beginning ends at a dot, and an empty new one is left out")
  func beginnings() throws {
    let tensors = try [Self.tensor("student.a.weight"), Self.tensor("students.a.weight")]
    let names = try Self.read(tensors, nil, renaming: ["student="]).tensors.map(\.name)
    #expect(names == ["a.weight", "students.a.weight"])
  }

  @Test("renamings that find nothing, make names meet or are none are refused")
  func badRenamings() throws {
    let tensors = try Self.tensors()
    for (text, word) in [
      ("absent=x", "fits no name"), ("/b.*/=x", "calls both"), ("/(/=x", "no regular expression"),
      ("nothing", "FROM=TO"), ("=x", "FROM=TO"),
    ] {
      #expect { try Self.read(tensors, nil, renaming: [text]) } throws: { "\($0)".contains(word) }
    }
  }
}
