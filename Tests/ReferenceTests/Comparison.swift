import DeviceCheck
import TensorCore
import Testing

/// Compares computed numbers with golden ones and counts what it compared.
final class Comparison {
  private let file: String
  private(set) var count = 0

  init(_ file: String) { self.file = file }

  /// |a - b| <= tolerance * scale
  func near(
    _ actual: Double, _ expected: Double, _ tolerance: Double, scale: Double? = nil, _ what: String
  ) {
    count += 1
    let bound = tolerance * (scale ?? abs(expected)) + 1e-300
    #expect(
      abs(actual - expected) <= bound,
      "\(file): \(what) is \(actual), expected \(expected) within \(bound)")
  }

  func equal<Value: Equatable>(_ actual: Value, _ expected: Value, _ what: String) {
    count += 1
    #expect(actual == expected, "\(file): \(what)")
  }

  /// A tensor against a stored one, or against the sums and samples of a summary.
  func tensor(
    _ actual: Tensor, _ expected: ReferenceNode, _ tolerance: Double, _ what: String
  ) throws {
    let values = try actual.values(as: Double.self)
    if let data = try expected.optional("data")?.numbers() {
      equal(values.count, data.count, "\(what): number of elements")
      let scale = data.map(abs).max() ?? 0
      for (index, pair) in zip(values, data).enumerated() {
        near(pair.0, pair.1, tolerance, scale: scale, "\(what)[\(index)]")
      }
      return
    }
    equal(actual.shape, try expected.at("shape").integers(), "\(what): shape")
    let scale = try expected.at("max_abs").number()
    try sums(values, expected, tolerance, what)
    for (index, value) in zip(
      try expected.at("indices").integers(), try expected.at("values").numbers())
    {
      near(values[index], value, tolerance, scale: scale, "\(what)[\(index)]")
    }
  }

  func sums(
    _ values: [Double], _ expected: ReferenceNode, _ tolerance: Double, _ what: String
  ) throws {
    let absolute = try expected.at("abs_sum").number()
    near(
      values.reduce(0, +), try expected.at("sum").number(), tolerance, scale: absolute,
      "\(what): sum")
    near(values.reduce(0) { $0 + abs($1) }, absolute, tolerance, "\(what): absolute sum")
  }
}
