import CheckpointFormat
import Foundation
import Testing

struct DeltaTests {
  private static func checkpoint(_ shift: Float, extra: Bool = false) throws -> Checkpoint {
    let values = (0..<40_000).map { (index: Int) -> Float in
      let base = Float(index % 991) * 0.001
      return index % 50 == 0 ? base + shift : base
    }
    var tensors = [
      try StoredTensor(
        name: "w", elementType: .float32, shape: [200, 200],
        bytes: values.withUnsafeBytes { Data($0) })
    ]
    if extra {
      tensors.append(
        try StoredTensor(name: "b", elementType: .bool, shape: [2], bytes: Data([0, 1])))
    }
    return Checkpoint(metadata: ["epoch": "\(shift)"], sections: [.model: tensors])
  }

  @Test("a difference restores to the same bytes with its base and with nothing else")
  func delta() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    func file(_ name: String) -> URL { folder.appendingPathComponent(name) }
    let later = try Self.checkpoint(1, extra: true)
    try Self.checkpoint(0).write(to: file("base"))
    try Self.checkpoint(2).write(to: file("other"))
    try later.write(to: file("later"))
    try later.delta(from: file("base")).write(to: file("delta"))
    let sizes = try ["later", "delta"].map { try Data(contentsOf: file($0)).count }
    #expect(sizes[1] < sizes[0] / 2)

    let delta = try Checkpoint(contentsOf: file("delta"), asDelta: true)
    #expect(try delta.restored(from: file("base")) == later)
    Self.expectMissingBase { _ = try Checkpoint(contentsOf: file("delta")) }
    Self.expectMissingBase { _ = try delta.restored(from: file("other")) }
    Self.expectMissingBase { _ = try later.delta(from: file("delta")) }
    try FileManager.default.removeItem(at: folder)
  }

  private static func expectMissingBase(_ body: () throws -> Void) {
    #expect { try body() } throws: { ($0 as? CheckpointError)?.code == .missingBase }
  }
}
