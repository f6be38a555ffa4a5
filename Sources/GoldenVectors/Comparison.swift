public import TensorCore

/// Collects how far computed numbers lie from golden ones.
public final class Comparison {
  /// How the numbers were computed.
  public let computation: Computation
  /// Numbers that were compared.
  public private(set) var count = 0
  /// The largest deviation of each quantity as a multiple of its tolerance; infinite for what is no number or has to be
  /// equal and is not.
  public private(set) var deviations: [String: Double] = [:]
  /// What lies farther away than is allowed, one sentence each; of many the first.
  public private(set) var disagreements: [String] = []
  private let file: String
  private static let mostDisagreements = 20

  /// A comparison that has seen nothing; `file` stands in front of its sentences.
  public init(_ file: String, _ computation: Computation = .float64) {
    self.file = file
    self.computation = computation
  }

  /// The largest deviation of all as a multiple of its tolerance.
  public var largest: Double { deviations.values.max() ?? 0 }

  /// Whether something was compared and nothing lies too far away.
  public var agrees: Bool { count > 0 && disagreements.isEmpty }

  /// |a - b| <= tolerance * scale, times what is allowed; without a scale the golden number is its own.
  public func near(
    _ actual: Double, _ expected: Double, _ tolerance: Tolerance, scale: Double? = nil,
    _ what: @autoclosure () -> String
  ) {
    let bound = tolerance.relative * (scale ?? abs(expected)) + 1e-300
    let deviation = abs(actual - expected) / bound
    note(deviation.isNaN ? .infinity : deviation, tolerance.quantity) {
      "\(what()) is \(actual), expected \(expected) within \(bound * computation.allowance)"
    }
  }

  /// a == b
  public func equal<Value: Equatable>(
    _ actual: Value, _ expected: Value, _ what: @autoclosure () -> String
  ) {
    note(actual == expected ? 0 : .infinity, "equality") {
      "\(what()) is \("\(actual)".prefix(100)), expected \("\(expected)".prefix(100))"
    }
  }

  /// A tensor against a stored one, or against the sums and samples of a summary.
  public func tensor(
    _ actual: Tensor, _ expected: ReferenceNode, _ tolerance: Tolerance,
    _ what: @autoclosure () -> String
  ) throws {
    if expected.optional("data") == nil {
      equal(actual.shape, try expected.at("shape").integers(), "\(what()): shape")
    }
    try values(actual.values(as: Double.self), expected, tolerance, what())
  }

  /// The elements of a tensor in the same way.
  public func values(
    _ values: [Double], _ expected: ReferenceNode, _ tolerance: Tolerance,
    _ what: @autoclosure () -> String
  ) throws {
    if let data = try expected.optional("data")?.numbers() {
      equal(values.count, data.count, "\(what()): number of elements")
      let scale = data.map(abs).max() ?? 0
      for (index, pair) in zip(values, data).enumerated() {
        near(pair.0, pair.1, tolerance, scale: scale, "\(what())[\(index)]")
      }
      return
    }
    let scale = try expected.at("max_abs").number()
    try sums(values, expected, tolerance, what())
    for (index, value) in zip(
      try expected.at("indices").integers(), try expected.at("values").numbers())
    {
      guard values.indices.contains(index) else {
        throw expected.malformed("indices of the tensor")
      }
      near(values[index], value, tolerance, scale: scale, "\(what())[\(index)]")
    }
  }

  private func sums(
    _ values: [Double], _ expected: ReferenceNode, _ tolerance: Tolerance, _ what: String
  ) throws {
    let absolute = try expected.at("abs_sum").number()
    near(
      values.reduce(0, +), try expected.at("sum").number(), tolerance, scale: absolute,
      "\(what): sum")
    near(values.reduce(0) { $0 + abs($1) }, absolute, tolerance, "\(what): absolute sum")
  }

  private func note(_ deviation: Double, _ quantity: String, _ sentence: () -> String) {
    count += 1
    deviations[quantity] = max(deviations[quantity] ?? 0, deviation)
    if deviation > computation.allowance, disagreements.count < Self.mostDisagreements {
      disagreements.append("\(file): \(sentence())")
    }
  }
}
