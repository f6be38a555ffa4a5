public import Lipschitz
import NeuralNet
public import TensorCore

/// A factor of a form of the Lipschitz term by which its gradient at the first step is as long as that of another form:
/// forms in other units would have weights of other meanings.
public struct GradientMatch {
  /// The other form.
  let reference: LipschitzLoss
  /// [1], 0 until it is measured; kept with the connectors, so that a training that goes on has it.
  let factor: Tensor
  private let stores: [ParameterStore]

  /// Registers `lipschitz_match` beside the connectors of an objective.
  public init(reference: LipschitzLoss, of objective: any TapObjective) throws(TensorError) {
    guard let connectors = objective.connectors else {
      throw TensorError(
        operation: "gradient match", code: .refused,
        message: "the guided method has no connectors beside which the factor could be kept")
    }
    self.reference = reference
    factor = try connectors.root.buffer("lipschitz_match", shape: [1], value: 0)
    stores = [objective.student.store, connectors]
  }

  /// `value` times the factor, which the first call measures against the other form's value.
  func scaled(_ value: Tensor, _ other: () throws(TensorError) -> Tensor) throws(TensorError)
    -> Tensor
  {
    if try factor.scalar() == 0 {
      let ratio = try norm(try other()) / max(try norm(value), Self.smallestNorm)
      try factor.assign(
        try Tensor([ratio], shape: [1], dtype: factor.dtype(), device: factor.device))
    }
    return try value * (try factor.cloned().reshaped(value.shape))
  }

  private static let smallestNorm = 1e-30

  /// Length of the gradient with respect to everything that is trained.
  private func norm(_ value: Tensor) throws(TensorError) -> Double {
    guard value.requiresGradient else { return 0 }
    var squares = 0.0
    let parameters = stores.flatMap(\.parameters).filter(\.requiresGradient)
    for gradient in try value.gradients(of: parameters, retainingGraph: true) {
      if let gradient { squares += try gradient.squared().sum().scalar() }
    }
    return squares.squareRoot()
  }
}
