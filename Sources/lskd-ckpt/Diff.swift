import ArgumentParser
import CheckpointFormat
import Foundation
import Interchange
import ProgramSupport

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says which tensors of two models differ and by how much; exit code 1 if any does.")

  @Argument(help: "A file of weights.")
  var first: String

  @Argument(help: "Another one.")
  var second: String

  func run() throws {
    let files = try [first, second].map { try WeightFile.read(URL(fileURLWithPath: $0)) }
    let models = files.map { checkpoint in
      Dictionary(
        (checkpoint.sections[.model] ?? []).map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    }
    var differences = 0
    for name in Set(models[0].keys).union(models[1].keys).sorted() {
      guard let line = Self.compare(name, models[0][name], models[1][name]) else { continue }
      differences += 1
      Console.print(line)
    }
    Console.print(
      "\(differences) of \(Set(models[0].keys).union(models[1].keys).count) tensors differ")
    if differences > 0 { throw ExitCode.failure }
  }

  private static func compare(_ name: String, _ first: StoredTensor?, _ second: StoredTensor?)
    -> String?
  {
    guard let first else { return "\(name): only in the second" }
    guard let second else { return "\(name): only in the first" }
    guard first.shape == second.shape else {
      return "\(name): shape \(first.shape) and \(second.shape)"
    }
    let isSameType = first.elementType == second.elementType
    guard !isSameType || first.bytes != second.bytes else { return nil }
    let (own, other) = (first.values(), second.values())
    var (changed, largest, size) = (0, 0.0, 0.0)
    for (x, y) in zip(own, other) where x.bitPattern != y.bitPattern {
      changed += 1
      largest = max(largest, abs(x - y))
    }
    for x in own where x.isFinite { size = max(size, abs(x)) }
    let types = isSameType ? "" : "\(first.elementType) and \(second.elementType), "
    return "\(name): \(types)\(changed) of \(own.count) elements, largest difference \(largest)"
      + (size > 0 ? " (\(largest / size) of the largest element)" : "")
  }
}
