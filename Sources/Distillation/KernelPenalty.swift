import Lipschitz
import NeuralNet
import Randomness
import TensorCore

/// A penalty on a network's layers that knows no teacher: half the sum over convolutions and linear layers of the squared
/// spectral norm of the kernel as a matrix [O, I KH KW] (Yoshida and Miyato 2017), with the converged singular pair.
struct KernelPenalty {
  /// What the sum of squares is multiplied by.
  static let factor = 0.5

  /// A scalar, differentiable in the network's weights; `stream` draws the start vectors.
  static func value(of network: any Network, _ stream: inout RandomStream) throws(TensorError)
    -> Tensor
  {
    var squares: [Tensor] = []
    for entry in network.store.entries where entry.role == .parameter && entry.tensor.rank > 1 {
      let matrix = try entry.tensor.reshaped([1, entry.tensor.shape[0], -1])
      let smaller = min(matrix.shape[1], matrix.shape[2])
      let start = try Tensor(
        stream.normals(count: smaller, standardDeviation: 1), shape: [1, smaller, 1],
        dtype: try matrix.dtype(), device: matrix.device)
      let pair = try SingularPair(ofMatrix: matrix, start: start)
      squares.append(try pair.singularValue(ofMatrix: matrix).squared().sum())
    }
    return try Tensor.sum(squares) * factor
  }
}
