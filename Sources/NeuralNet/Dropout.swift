public import TensorCore

/// Dropout (Srivastava et al. 2014) whose choice is a function of the store's seed, the module's place and the step: an
/// interrupted training goes on with the same choices.
public struct Dropout {
  private let path: ParameterPath
  private let probability: Double

  /// Leaves each element out with `probability`; registers nothing.
  public init(_ path: ParameterPath, probability: Double) {
    self.path = path
    self.probability = probability
  }

  /// Drops where the mode names a step.
  public func callAsFunction(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    guard let step = mode.dropoutStep else { return x }
    return try x.droppingOut(probability: probability, seed: path.dropoutSeed(step: step))
  }
}
