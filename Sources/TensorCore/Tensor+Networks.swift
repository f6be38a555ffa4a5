internal import CTorch

extension Tensor {
  /// Two-dimensional convolution of [N, C, H, W] with `weight` [O, C / groups, KH, KW].
  public func convolved(
    weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    groups: Int = 1
  ) throws(TensorError) -> Tensor {
    try produce("conv2d") {
      ct_conv2d(
        pointer, weight.pointer, bias?.pointer, Int64(stride), Int64(padding), Int64(dilation),
        Int64(groups), $0)
    }
  }

  /// Transposed convolution of [N, I, H, W] with `weight` [I, O, K, K].
  public func transposedConvolved(
    weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0
  ) throws(TensorError) -> Tensor {
    try produce("transposed conv2d") {
      ct_transposed_conv2d(
        pointer, weight.pointer, bias?.pointer, Int64(stride), Int64(padding), $0)
    }
  }

  /// [N, C, H, W] resized to [N, C, height, width] by the nearest neighbour.
  public func resizedNearest(height: Int, width: Int) throws(TensorError) -> Tensor {
    try produce("nearest resize") { ct_resize_nearest(pointer, Int64(height), Int64(width), $0) }
  }

  /// [N, I] times the transpose of `weight` [O, I], plus `bias` [O].
  public func linear(weight: Tensor, bias: Tensor? = nil) throws(TensorError) -> Tensor {
    try produce("linear") { ct_linear(pointer, weight.pointer, bias?.pointer, $0) }
  }

  /// Batch normalisation over all axes but 1.
  ///
  /// With `usingBatch` the batch's statistics normalise and the running ones are moved by `momentum`
  /// in place; otherwise the running ones normalise.
  public func batchNormalised(
    weight: Tensor, bias: Tensor, runningMean: Tensor, runningVariance: Tensor, usingBatch: Bool,
    momentum: Double, epsilon: Double
  ) throws(TensorError) -> Tensor {
    try produce("batch norm") {
      ct_batch_norm(
        pointer, weight.pointer, bias.pointer, runningMean.pointer, runningVariance.pointer,
        usingBatch, momentum, epsilon, $0)
    }
  }

  /// Averages [N, C, H, W] over cells to [N, C, height, width]; `inOrder` as of `resizedBilinear`.
  public func adaptiveAveragePooled(
    height: Int, width: Int, inOrder: Bool? = nil
  ) throws(TensorError) -> Tensor {
    try produce("adaptive average pool") {
      ct_adaptive_average_pool(
        pointer, Int64(height), Int64(width), inOrder ?? (device != .cpu), $0)
    }
  }

  /// Averages square windows without padding.
  public func averagePooled(kernel: Int, stride: Int? = nil) throws(TensorError) -> Tensor {
    try produce("average pool") {
      ct_average_pool(pointer, Int64(kernel), Int64(stride ?? kernel), $0)
    }
  }

  /// Largest value of each window of [N, C, H, W]; where `roundsUp`, the last window may reach beyond the map.
  public func maxPooled(kernel: Int, stride: Int, padding: Int = 0, roundsUp: Bool = false)
    throws(TensorError) -> Tensor
  {
    try produce("max pool") {
      ct_max_pool(pointer, Int64(kernel), Int64(stride), Int64(padding), roundsUp, $0)
    }
  }

  /// Logarithm of the softmax over `axis`.
  public func logSoftmax(axis: Int = -1) throws(TensorError) -> Tensor {
    try produce("log softmax") { ct_log_softmax(pointer, Int64(axis), $0) }
  }

  /// Mean cross-entropy in nats of logits [N, C] against int64 `labels` [N].
  public func crossEntropy(labels: Tensor) throws(TensorError) -> Tensor {
    try produce("cross entropy") { ct_cross_entropy(pointer, labels.pointer, $0) }
  }

  /// Sum of (s - t')² over the elements with s > t' or t' > 0, where t' = max(t, margin).
  ///
  /// `self` and `teacher` are [N, C, H, W], `margin` holds one value per channel. Gradients flow to
  /// `self` only. On the host it is one pass without intermediate tensors.
  public func partialL2(teacher: Tensor, margin: Tensor) throws(TensorError) -> Tensor {
    try produce("partial L2") {
      ct_partial_l2(pointer, teacher.pointer, margin.pointer, $0)
    }
  }

  /// One SGD step in place: g += decay * p; m = momentum * m + g; p -= rate * (nesterov ? g + momentum
  /// * m : m). Parameters without a gradient stay as they are.
  public static func sgdStep(
    parameters: [Tensor], momenta: [Tensor], learningRate: Double, momentum: Double,
    weightDecay: Double, nesterov: Bool
  ) throws(TensorError) {
    try check(
      "SGD step",
      ct_sgd_step(
        parameters.map(\.pointer), momenta.map(\.pointer), Int32(parameters.count), learningRate,
        momentum, weightDecay, nesterov))
  }
}
