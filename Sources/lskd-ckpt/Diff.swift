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

  @Option(help: "The keys that lead to the state dict in the first file, as in a.b.")
  var firstKey: String?

  @Option(help: "Those in the second file.")
  var secondKey: String?

  func run() throws {
    let models = try [(first, firstKey), (second, secondKey)].map { file, key in
      let content = try WeightFile.read(URL(fileURLWithPath: file), .init(key: key))
      content.naming.notes.forEach { note("\(file): \($0)") }
      return Dictionary(content.tensors.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
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
    let difference = TensorDifference(first, second)
    var parts = ["\(difference.changedCount) of \(first.elementCount) elements"]
    if !isSameType { parts.insert("\(first.elementType) and \(second.elementType)", at: 0) }
    if let largest = difference.largest {
      parts.append(
        "largest difference \(largest)"
          + (difference.relative.map { " (\($0) of the largest element)" } ?? ""))
    }
    if difference.nonFinite.contains(where: { !$0.isZero }) {
      parts += zip(["first", "second"], difference.nonFinite).map {
        "\($1.nan) NaN and \($1.infinite) infinite in the \($0)"
      }
    }
    return "\(name): " + parts.joined(separator: ", ")
  }
}
