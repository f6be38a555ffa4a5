import DurableFiles
import Foundation
import GoldenVectors
import JSON
import TensorCore

extension DeviceCheck {
  /// Which files are enough at the smallest size: a network, a loss of logits, and one of maps with products and
  /// gradients through a power iteration.
  private static let tiny: Set = ["models/wrn-10-1", "losses/kd", "losses/london_lipschitz"]

  /// Networks and losses in float32, without TF32, beside golden numbers that were computed in float64.
  func vectors(_ name: String) throws -> CheckedStep {
    guard let reference = request.reference else {
      return CheckedStep(name: name, outcome: .skipped, reason: "no --reference directory")
    }
    try Engine.setTF32(false)
    let computation = Computation.float32(on: request.device)
    let files = try GoldenFile.all(in: reference).filter {
      !request.isTiny || Self.tiny.contains($0.title)
    }
    var found: [String: JSONValue] = [:]
    var problems: [String] = []
    var worst = 0.0
    for file in files {
      guard Date() < lastCall else {
        problems.append("the time was over after \(found.count) of \(files.count) files")
        break
      }
      do {
        guard let comparison = try file.compared(by: computation) else {
          found[file.title] = .object(["unknown": .bool(true)])
          continue
        }
        worst = max(worst, comparison.largest)
        found[file.title] = value(of: comparison)
        if !comparison.agrees {
          problems.append(comparison.disagreements.first ?? "\(file.title) holds no numbers")
        }
      } catch {
        found[file.title] = .object(["error": .string(error.reason)])
        problems.append("\(file.title): \(error.reason)")
      }
    }
    if files.isEmpty { problems.append("\(reference.path) has no golden vectors") }
    return CheckedStep(
      name: name, outcome: problems.isEmpty ? .passed : .failed, reason: problems.first,
      findings: [
        "files": .object(found), "largest": multiple(worst),
        "allowed": .number(computation.allowance),
      ])
  }

  /// The largest deviations of a file, as multiples of the tolerances.
  private func value(of comparison: Comparison) -> JSONValue {
    .object([
      "comparisons": .integer(comparison.count), "largest": multiple(comparison.largest),
      "deviations": .object(comparison.deviations.mapValues(multiple)),
      "disagreements": .array(comparison.disagreements.map { .string($0) }),
    ])
  }

  /// JSON has no infinity; what is infinitely far away is null.
  private func multiple(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }
}
