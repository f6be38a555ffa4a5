import DurableFiles
import Foundation
public import JSON

/// How far networks and losses lie from their golden numbers, file by file.
public struct GoldenReport {
  private let computation: Computation
  private var files: [String: JSONValue] = [:]
  private var largest = 0.0
  /// What disagreed or could not be read, one sentence a file.
  public private(set) var problems: [String] = []

  /// A report without files.
  public init(_ computation: Computation) { self.computation = computation }

  /// Whether no file was compared.
  public var isEmpty: Bool { files.isEmpty }

  /// Compares a file and returns a line about it.
  public mutating func add(_ file: GoldenFile) -> String {
    do {
      guard let comparison = try file.compared(by: computation) else {
        files[file.title] = .object(["unknown": .bool(true)])
        return "\(file.title): the suite has none of this name"
      }
      largest = max(largest, comparison.largest)
      files[file.title] = value(of: comparison)
      if !comparison.agrees {
        problems.append(comparison.disagreements.first ?? "\(file.title) holds no numbers")
      }
      let numbers = String(
        format: "%.3f of its tolerance, %d numbers", comparison.largest, comparison.count)
      return (["\(file.title): \(numbers)"] + comparison.disagreements).joined(separator: "\n  ")
    } catch {
      files[file.title] = .object(["error": .string(error.reason)])
      problems.append("\(file.title): \(error.reason)")
      return problems[problems.count - 1]
    }
  }

  /// All files with their largest deviations, as multiples of the tolerances; null is infinitely far.
  public var value: JSONValue {
    .object([
      "files": .object(files), "largest": multiple(largest),
      "allowed": .number(computation.allowance),
      "problems": .array(problems.map { .string($0) }),
    ])
  }

  private func value(of comparison: Comparison) -> JSONValue {
    .object([
      "comparisons": .integer(comparison.count), "largest": multiple(comparison.largest),
      "deviations": .object(comparison.deviations.mapValues(multiple)),
      "disagreements": .array(comparison.disagreements.map { .string($0) }),
    ])
  }

  private func multiple(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }
}
