import NeuralNet
import TensorCore

/// One case of a loss: its inputs, as leaves, and what is expected of them.
struct GoldenCase {
  let item: ReferenceNode
  let comparison: Comparison
  /// Parameters of the modules that a case has.
  let store: ParameterStore
  private let tensors: [String: Tensor]

  init(_ item: ReferenceNode, _ comparison: Comparison) throws {
    self.item = item
    self.comparison = comparison
    store = comparison.computation.store()
    var tensors: [String: Tensor] = [:]
    for key in try item.at("inputs").keys() {
      let tensor = try item.at("inputs").at(key).tensor(comparison.computation)
      if try tensor.dtype().isFloatingPoint { try tensor.setRequiresGradient(true) }
      tensors[key] = tensor
    }
    self.tensors = tensors
  }

  var computation: Computation { comparison.computation }
  var inputs: ReferenceNode { get throws { try item.at("inputs") } }
  var expected: ReferenceNode { get throws { try item.at("expected") } }
  var settings: ReferenceNode { get throws { try item.at("settings") } }

  func optional(_ name: String) -> Tensor? { tensors[name] }

  /// An input.
  func callAsFunction(_ name: String) throws -> Tensor {
    guard let tensor = tensors[name] else { throw item.malformed("an input \"\(name)\"") }
    return tensor
  }

  /// student0, student1, ... with their teachers.
  func stages() throws -> (student: [Tensor], teacher: [Tensor]) {
    var (own, other): ([Tensor], [Tensor]) = ([], [])
    while let student = optional("student\(own.count)") {
      other.append(try self("teacher\(own.count)"))
      own.append(student)
    }
    return (own, other)
  }

  /// Overwrites the store's entries by the inputs of their names; entries that the case leaves out keep their values.
  func load() throws {
    for entry in store.entries {
      if let input = optional(entry.name) { try entry.tensor.assign(input) }
    }
  }

  func tolerance(_ quantity: String, float64: Double = 1e-7) throws -> Tolerance {
    try computation.tolerance(
      quantity, stated: item.optional("recommended_float32_tolerance"), float64: float64)
  }

  /// The loss and its gradients, against those of the case or of a part of it, whose tolerances have a prefix.
  func loss(
    _ value: Tensor, against part: ReferenceNode? = nil, prefix: String = "",
    float64: Double = 1e-7
  ) throws {
    let expected = if let part { part } else { try self.expected }
    let place = expected.place
    comparison.near(
      try value.scalar(), try expected.at("loss").number(),
      try tolerance(prefix + "loss", float64: float64), "\(place) loss")
    guard let gradients = expected.optional("gradients") else { return }
    let names = try gradients.keys()
    let leaves = try names.map { name in try store.tensor(named: name) ?? self(name) }
    let bound = try tolerance(prefix + "gradients", float64: float64)
    for (name, gradient) in zip(names, try value.gradients(of: leaves, retainingGraph: true)) {
      guard let gradient else { throw gradients.malformed("a gradient of \(name)") }
      try comparison.tensor(gradient, gradients.at(name), bound, "\(place) gradient of \(name)")
    }
  }

  /// A number.
  func number(_ value: Double, _ key: String, float64: Double = 1e-7) throws {
    comparison.near(
      value, try expected.at(key).number(), try tolerance(key, float64: float64),
      "\(item.place) \(key)")
  }

  func number(_ value: Tensor, _ key: String) throws { try number(value.scalar(), key) }

  /// The same where the case has such a number.
  func number(_ value: @autoclosure () throws -> Tensor, ifExpected key: String) throws {
    if try expected.optional(key) != nil { try number(value(), key) }
  }

  /// A tensor.
  func tensor(_ value: Tensor, _ key: String) throws {
    try comparison.tensor(value, expected.at(key), tolerance(key), "\(item.place) \(key)")
  }

  /// The same where the case has such a tensor.
  func tensor(_ value: @autoclosure () throws -> Tensor, ifExpected key: String) throws {
    if try expected.optional(key) != nil { try tensor(value(), key) }
  }
}
