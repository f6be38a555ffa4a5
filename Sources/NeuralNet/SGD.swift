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

  /// A tensor that is trained.
  public struct Parameter {
    /// State-dict key.
    public let name: String
    /// The data.
    public let tensor: Tensor
    /// What the learning rate is multiplied by for it.
    public let rateFactor: Double

    /// Makes a parameter.
    public init(_ name: String, _ tensor: Tensor, rateFactor: Double = 1) {
      self.name = name
      self.tensor = tensor
      self.rateFactor = rateFactor
    }
  }

  /// The parameters in order.
  public let parameters: [Parameter]
  /// One momentum buffer per parameter, zero at the start.
  public let momenta: [Tensor]
  private let configuration: Configuration
  /// Places of the parameters that share a factor.
  private let groups: [(factor: Double, places: [Int])]

  /// Prepares zero momenta for `parameters`.
  public init(_ parameters: [Parameter], _ configuration: Configuration) throws(TensorError) {
    groups = Dictionary(grouping: parameters.indices) { parameters[$0].rateFactor }
      .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    self.parameters = parameters
    self.configuration = configuration
    var momenta: [Tensor] = []
    for parameter in parameters {
      // A clone keeps the memory order, which the fused step relies on.
      let momentum = try parameter.tensor.cloned()
      try momentum.fill(0)
      momenta.append(momentum)
    }
    self.momenta = momenta
  }

  /// Moves all parameters that have a gradient along it, at the learning rate times their factor, or at the plain one.
  public func step(learningRate: Double, usingFactors: Bool = true) throws(TensorError) {
    for (factor, places) in groups {
      try Tensor.sgdStep(
        parameters: places.map { parameters[$0].tensor }, momenta: places.map { momenta[$0] },
        learningRate: usingFactors ? learningRate * factor : learningRate,
        momentum: configuration.momentum, weightDecay: configuration.weightDecay,
        nesterov: configuration.nesterov)
    }
  }

  /// Sets the momenta to zero, as building the optimizer anew does.
  public func restart() throws(TensorError) {
    for momentum in momenta { try momentum.fill(0) }
  }
}
