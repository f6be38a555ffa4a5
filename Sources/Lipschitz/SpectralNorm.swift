public import Randomness
public import TensorCore

/// How the largest singular value of a transmitting matrix is taken.
public enum SpectralNorm: Hashable, Sendable {
  /// The released algorithm: power steps on G Gᵀ with autograd through all of them, from uniform random
  /// numbers in [0, 1) (CIFAR, 10 steps).
  case powerIteration(steps: Int)
  /// The same from all ones (ImageNet, 5 steps).
  case powerIterationFromOnes(steps: Int)
  /// The same, but without a gradient through the steps: the last vector is held constant.
  case frozenIterateFromOnes(steps: Int)
  /// The converged pair with the gradient u vᵀ.
  case singularPair

  /// s [N] of a pair of maps; `stream` draws the start vectors.
  public func value(of pair: FeaturePair, _ stream: inout RandomStream) throws(TensorError)
    -> Tensor
  {
    let (batch, channels) = (pair.front.shape[0], pair.front.shape[1])
    let dtype = try pair.front.dtype()
    let device = pair.front.device
    switch self {
    case .powerIteration(let steps):
      let start = try Tensor(
        stream.uniforms(count: batch * channels), shape: [batch, channels, 1], dtype: dtype,
        device: device)
      return try PowerIteration.singularValue(
        of: try pair.transmittingMatrix(), start: start, steps: steps)
    case .powerIterationFromOnes(let steps):
      let start = try Tensor.full(1, shape: [1, channels, 1], dtype: dtype, device: device)
      return try PowerIteration.singularValue(
        of: try pair.transmittingMatrix(), start: start, steps: steps)
    case .frozenIterateFromOnes(let steps):
      let start = try Tensor.full(1, shape: [1, channels, 1], dtype: dtype, device: device)
      return try PowerIteration.frozenSingularValue(
        of: try pair.transmittingMatrix(), start: start, steps: steps)
    case .singularPair:
      let extent = SingularPair.extent(of: pair)
      let start = try Tensor(
        stream.normals(count: extent, standardDeviation: 1), shape: [1, extent, 1], dtype: dtype,
        device: device)
      return try SingularPair(of: pair, start: start).singularValue(of: pair)
    }
  }
}
