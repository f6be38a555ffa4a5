internal import CTorch

/// A batch norm by the statistics of the batch, as the fused kernels take it: float32 values [C] each.
public struct FusedNorm {
  /// Scale and shift.
  public let weight, bias: Tensor
  /// Moved in place.
  public let runningMean, runningVariance: Tensor
  /// Share of the batch in the new running statistics.
  public let momentum: Double
  /// Added to the variance.
  public let epsilon: Double
  /// How often the running statistics are moved.
  public let moves: Int

  /// Makes a norm.
  public init(
    weight: Tensor, bias: Tensor, runningMean: Tensor, runningVariance: Tensor, momentum: Double,
    epsilon: Double, moves: Int = 1
  ) {
    self.weight = weight
    self.bias = bias
    self.runningMean = runningMean
    self.runningVariance = runningVariance
    self.momentum = momentum
    self.epsilon = epsilon
    self.moves = moves
  }

  fileprivate var c: ct_norm {
    ct_norm(
      weight: weight.pointer, bias: bias.pointer, running_mean: runningMean.pointer,
      running_variance: runningVariance.pointer, momentum: momentum, epsilon: epsilon,
      moves: Int32(clamping: moves))
  }
}

extension Tensor {
  /// Whether the fused kernels take these maps here and now: channels-last float32 on the host with a multiple of
  /// `FusedConvolution.channelGroup` channels, outside of autocast.
  public var trainsFused: Bool { ct_trains_fused(pointer) }

  /// The 3 x 3 convolution of stride 1 and padding 1 of relu(norm(x)), or of x without a `norm`, plus `residual`, with
  /// autograd. `moments` [2, I] are those of x where they are known.
  ///
  /// The graph keeps x alone: what the convolution read is computed again for the gradients. A second derivative is
  /// composed of libtorch's operations.
  public func fusedConvolved(
    weight: Tensor, norm: FusedNorm? = nil, moments: Tensor? = nil, residual: Tensor? = nil
  ) throws(TensorError) -> (Tensor, moments: Tensor) {
    var statistics: OpaquePointer?
    let result = try produce("fused convolution") { out in
      withUnsafeMutablePointer(to: &statistics) { statistics in
        guard var norm = norm?.c else {
          return ct_trained_convolution(
            pointer, nil, nil, weight.pointer, residual?.pointer, out, statistics)
        }
        return ct_trained_convolution(
          pointer, moments?.pointer, &norm, weight.pointer, residual?.pointer, out, statistics)
      }
    }
    guard let statistics else {
      throw TensorError(
        operation: "fused convolution", code: .unknown, message: "no statistics were taken")
    }
    return (result, Tensor(owning: statistics))
  }

  /// norm(x), or its ReLU, with autograd; `moments` [2, C] are those of x where they are known.
  public func fusedNormalised(
    _ norm: FusedNorm, moments: Tensor? = nil, rectified: Bool = false
  ) throws(TensorError) -> Tensor {
    var c = norm.c
    return try produce("fused batch norm") {
      ct_trained_norm(pointer, moments?.pointer, &c, rectified, $0)
    }
  }
}
