public import NeuralNet
public import TensorCore

/// Where and in which type golden vectors are computed, and how closely they have to be met.
public struct Computation: Sendable {
  /// Where tensors live.
  public let device: Device
  /// Type of all tensors but those of classes.
  public let dtype: DType
  /// Deviations may be so many times their tolerance.
  public let allowance: Double

  /// In float64 on the host, which differs from the generator's by the order of sums alone.
  public static let float64 = float64(on: .cpu)

  /// In float64 on `device`, held to the same numbers; other kernels than a host's sum in another order, hence ten times
  /// them there.
  public static func float64(on device: Device) -> Computation {
    Computation(device: device, dtype: .float64, allowance: device == .cpu ? 1 : 10)
  }

  /// In float32 on `device`, held to what the files state for float32. Those numbers were found on a host; other kernels
  /// sum in another order, hence ten times them. TF32 deviates by a thousandth, which is more.
  public static func float32(on device: Device) -> Computation {
    Computation(device: device, dtype: .float32, allowance: 10)
  }

  /// Of what no file states in float32: the smallest number that the generators state for anything, some hundred times
  /// the rounding of one float32.
  private static let unstated = 1e-5

  /// A unit whose input lies within float32's rounding of zero may take the other side of its kink on another device, and
  /// with it all gradients in front of it move by a share of it, with two images a batch by up to 0.4 % on a GPU. There
  /// gradients of networks are held to this in float32, and in float64 to as much as on the host.
  private static let kink = 0.01

  /// The tolerance of a quantity: `float64` in that type, otherwise what `stated` says, an object of tolerances in
  /// float32 by quantity.
  func tolerance(
    _ quantity: String, stated: ReferenceNode?, float64: Double, passesKinks: Bool = false
  ) throws -> Tolerance {
    if dtype == .float64 { return Tolerance(quantity, float64) }
    let relative = try stated?.optional(quantity)?.number() ?? Self.unstated
    guard passesKinks && device != .cpu else { return Tolerance(quantity, relative) }
    return Tolerance(quantity, max(relative, Self.kink / allowance))
  }

  /// Some gradients are zero but for rounding, which follows from the size of the others: the share of the largest norm
  /// below which a gradient is rounding.
  var gradientNoise: Double { dtype == .float64 ? 1e-8 : 1e-3 }

  /// Row-major numbers as a tensor.
  func tensor(_ values: [Double], shape: [Int]) throws -> Tensor {
    try Tensor(values, shape: shape, dtype: dtype, device: device)
  }

  /// An empty store of parameters; `seed` draws what nobody fills.
  public func store(seed: UInt64 = 0) -> ParameterStore {
    ParameterStore(seed: seed, dtype: dtype, device: device)
  }
}

/// How far a number may lie from a golden one, as a part of a scale.
public struct Tolerance: Sendable, ExpressibleByFloatLiteral {
  /// What is bounded, by the name that files use.
  let quantity: String
  let relative: Double

  init(_ quantity: String, _ relative: Double) {
    self.quantity = quantity
    self.relative = relative
  }

  /// A tolerance of numbers without a name.
  public init(floatLiteral value: Double) { self.init("number", value) }
}
