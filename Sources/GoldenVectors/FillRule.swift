public import NeuralNet
public import TensorCore

/// The filling rule of the golden files: numbers from a name and an index.
public struct FillRule {
  private let hash: UInt64

  /// The numbers of a name.
  public init(_ name: String) {
    hash = name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// The 64 bits at `index`, from which all other values follow.
  public func raw(_ index: Int) -> UInt64 {
    var z = hash &+ UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number from 0 to 1.
  public func uniform(_ index: Int) -> Double { Double(raw(index) >> 11) * 0x1p-53 }

  /// A weight of a layer with so many inputs.
  public func weight(_ index: Int, fanIn: Int) -> Float {
    Float((2 * uniform(index) - 1) * (3.0.squareRoot() * (2 / Double(fanIn)).squareRoot()))
  }
  /// A positive scale or variance.
  public func scale(_ index: Int) -> Float { Float(0.5 + uniform(index)) }
  /// A shift or mean.
  public func shift(_ index: Int) -> Float { Float(0.2 * (2 * uniform(index) - 1)) }
  /// An input value from -2 to 2.
  public func input(_ index: Int) -> Float { Float(2 * (2 * uniform(index) - 1)) }
  /// A class.
  public func label(_ index: Int, classes: Int) -> Int64 { Int64(uniform(index) * Double(classes)) }
  /// A level.
  public func byte(_ index: Int) -> UInt8 { UInt8(uniform(index) * 256) }

  /// The values of a state-dict entry; the kind follows from the key and the shape.
  public static func values(_ name: String, key: String, shape: [Int]) -> [Float] {
    let rule = FillRule(name)
    let indices = 0..<shape.reduce(1, *)
    if key.hasSuffix("num_batches_tracked") { return indices.map { _ in 0 } }
    if key.hasSuffix("weight") && shape.count >= 2 {
      let fanIn = shape.dropFirst().reduce(1, *)
      return indices.map { rule.weight($0, fanIn: fanIn) }
    }
    return key.hasSuffix("weight") || key.hasSuffix("running_var")
      ? indices.map(rule.scale) : indices.map(rule.shift)
  }

  /// Images of the rule's inputs.
  public static func images(
    _ name: String, shape: [Int], for computation: Computation = .float64
  ) throws -> Tensor {
    let rule = FillRule(name)
    return try Tensor(
      (0..<shape.reduce(1, *)).map(rule.input), shape: shape, dtype: computation.dtype,
      device: computation.device)
  }
}

extension ParameterStore {
  /// Fills every entry by the rule; `prefix` + key is its name.
  public func fill(_ prefix: String) throws {
    for entry in entries where entry.role != .alias {
      let values = FillRule.values(
        prefix + entry.name, key: entry.name, shape: entry.tensor.shape)
      try entry.tensor.assign(
        Tensor(values, shape: entry.tensor.shape, dtype: try entry.tensor.dtype()))
    }
  }
}
