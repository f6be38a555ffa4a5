import NeuralNet
import TensorCore

/// A penalty on a network's layers that knows no teacher: half the sum over convolutions and linear layers of the squared
/// spectral norm of the kernel as a matrix [O, I KH KW] (Yoshida and Miyato 2017).
///
/// They take one power step for a norm; here it is exact, by singular values, so that the gradient s u vᵀ is that of the value.
struct KernelPenalty {
  /// What the sum of squares is multiplied by.
  static let factor = 0.5

  /// A scalar, differentiable in the network's weights.
  static func value(of network: any Network) throws(TensorError) -> Tensor {
    var squares: [Tensor] = []
    for entry in network.store.entries where entry.role == .parameter && entry.tensor.rank > 1 {
      let matrix = try entry.tensor.reshaped([entry.tensor.shape[0], -1])
      squares.append(
        try matrix.singularValues().narrowed(axis: 0, start: 0, length: 1).squared().sum())
    }
    return try Tensor.sum(squares) * factor
  }
}
