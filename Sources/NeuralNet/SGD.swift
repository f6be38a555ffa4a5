public import TensorCore

/// Stochastic gradient descent with momentum (no dampening), Nesterov's form and weight decay on every
/// parameter, in one fused pass. Equal to `torch.optim.SGD`.
public final class SGD {
  /// Constants of the optimizer.
  public struct Configuration: Hashable, Sendable {
    /// Share of the old direction that is kept.
    public var momentum: Double
    /// Pull of every parameter towards zero, added to its gradient.
    public var weightDecay: Double
    /// Whether the step looks ahead along the momentum.
    public var nesterov: Bool

    /// The CIFAR-100 recipe: momentum 0.9, decay 5e-4, Nesterov.
    public init(momentum: Double = 0.9, weightDecay: Double = 5e-4, nesterov: Bool = true) {
      self.momentum = momentum
      self.weightDecay = weightDecay
      self.nesterov = nesterov
    }
  }

  /// The parameters with their state-dict keys, in order.
  public let parameters: [(name: String, tensor: Tensor)]
  /// One momentum buffer per parameter, zero at the start.
  public let momenta: [Tensor]
  private let configuration: Configuration

  /// Prepares zero momenta for `parameters`.
  public init(_ parameters: [(name: String, tensor: Tensor)], _ configuration: Configuration)
    throws(TensorError)
  {
    self.parameters = parameters
    self.configuration = configuration
    var momenta: [Tensor] = []
    for (_, parameter) in parameters {
      // A clone keeps the memory order, which the fused step relies on.
      let momentum = try parameter.cloned()
      try momentum.fill(0)
      momenta.append(momentum)
    }
    self.momenta = momenta
  }

  /// Moves all parameters along their gradients.
  public func step(learningRate: Double) throws(TensorError) {
    try Tensor.sgdStep(
      parameters: parameters.map(\.tensor), momenta: momenta, learningRate: learningRate,
      momentum: configuration.momentum, weightDecay: configuration.weightDecay,
      nesterov: configuration.nesterov)
  }

  /// Sets the momenta to zero, as building the optimizer anew does.
  public func restart() throws(TensorError) {
    for momentum in momenta { try momentum.fill(0) }
  }
}
