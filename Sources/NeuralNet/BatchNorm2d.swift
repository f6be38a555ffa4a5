public import TensorCore

/// Batch normalisation over [N, C, H, W] with epsilon 1e-5.
///
/// Registers `weight`, `bias`, `running_mean`, `running_var` and `num_batches_tracked`. The batch is
/// normalised by its biased variance; the running variance takes the unbiased one, as in PyTorch. Where the
/// store has replicas, the batch is that of all of them together.
public struct BatchNorm2d {
  /// Added to the variance before its root is taken.
  static let epsilon = 1e-5

  /// Scale gamma [C].
  public let weight: Tensor
  /// Shift beta [C].
  public let bias: Tensor
  /// [C]
  public let runningMean: Tensor
  /// [C]
  public let runningVariance: Tensor
  /// int64 scalar: batches that have moved the running statistics.
  public let batchesTracked: Tensor
  private let replicas: ProcessGroup?

  /// Scale 1 unless `scale` says otherwise, shift 0, running mean 0 and variance 1.
  public init(_ path: ParameterPath, channels: Int, scale: Double = 1) throws(TensorError) {
    weight = try path.parameter("weight", shape: [channels], .constant(scale))
    bias = try path.parameter("bias", shape: [channels], .constant(0))
    runningMean = try path.buffer("running_mean", shape: [channels], value: 0)
    runningVariance = try path.buffer("running_var", shape: [channels], value: 1)
    batchesTracked = try path.counter("num_batches_tracked")
    replicas = path.store.replicas
  }

  /// Normalises `x`; in a mode with batch statistics moves the running ones.
  public func callAsFunction(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    try self(MeasuredMap(x), mode)
  }

  /// The same for maps whose moments may be known.
  public func callAsFunction(_ x: MeasuredMap, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    if isFused(for: x.map, mode) {
      return try x.map.fusedNormalised(try fused(moves: 1, mode), moments: x.moments)
    }
    if mode.usesBatchStatistics { try countBatch() }
    return try normalised(x.map, mode, mean: runningMean, variance: runningVariance)
  }

  /// The ReLU of a call's result, for maps whose moments may be known.
  public func activated(_ x: MeasuredMap, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    guard isFused(for: x.map, mode) else { return try self(x, mode).reluInPlace() }
    return try x.map.fusedNormalised(
      try fused(moves: 1, mode), moments: x.moments, rectified: true)
  }

  /// The same result as a call, with the running statistics moved twice by this batch.
  ///
  /// The released networks normalise a stage's output twice, once for the tap and once on the main
  /// path. Both give the same values, so one pass is enough; what remains of the second one is its
  /// move of the running statistics. With r' = (1 - m) r + m s, the second move is
  /// r'' = (2 - m) r' - (1 - m) r.
  public func countedTwice(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    try countedTwice(MeasuredMap(x), mode)
  }

  /// `countedTwice` of maps whose moments may be known.
  public func countedTwice(_ measured: MeasuredMap, _ mode: ForwardMode) throws(TensorError)
    -> Tensor
  {
    let x = measured.map
    if isFused(for: x, mode) {
      return try x.fusedNormalised(try fused(moves: 2, mode), moments: measured.moments)
    }
    guard mode.usesBatchStatistics else {
      return try normalised(x, mode, mean: runningMean, variance: runningVariance)
    }
    // Autograd keeps what the pass moves and refuses a later change, so the pass moves copies.
    let mean = try runningMean.cloned()
    let variance = try runningVariance.cloned()
    let y = try normalised(x, mode, mean: mean, variance: variance)
    let m = mode.momentum
    try runningMean.scaleAndAdd(scale: m - 1, mean, factor: 2 - m)
    try runningVariance.scaleAndAdd(scale: m - 1, variance, factor: 2 - m)
    try countBatch()
    try countBatch()
    return y
  }

  /// The same as a call, after which this norm may normalise another batch before the gradient is taken.
  public func movingCopies(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    // The fused kernels keep no running statistics.
    guard mode.usesBatchStatistics, !isFused(for: x, mode) else { return try self(x, mode) }
    let mean = try runningMean.cloned()
    let variance = try runningVariance.cloned()
    let y = try normalised(x, mode, mean: mean, variance: variance)
    try runningMean.assign(mean)
    try runningVariance.assign(variance)
    try countBatch()
    return y
  }

  /// The values of a call, with a gradient to `x` alone; moves nothing.
  public func held(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    try normalised(
      x, mode, mean: try runningMean.cloned(), variance: try runningVariance.cloned(),
      weight: try weight.detached(), bias: try bias.detached())
  }

  private func normalised(
    _ x: Tensor, _ mode: ForwardMode, mean: Tensor, variance: Tensor, weight: Tensor? = nil,
    bias: Tensor? = nil
  ) throws(TensorError) -> Tensor {
    let (weight, bias) = (weight ?? self.weight, bias ?? self.bias)
    if let replicas, replicas.worldSize > 1, mode.usesBatchStatistics {
      return try x.batchNormalised(
        over: replicas, weight: weight, bias: bias, runningMean: mean, runningVariance: variance,
        momentum: mode.momentum, epsilon: Self.epsilon)
    }
    return try x.batchNormalised(
      weight: weight, bias: bias, runningMean: mean, runningVariance: variance,
      usingBatch: mode.usesBatchStatistics, momentum: mode.momentum, epsilon: Self.epsilon)
  }

  /// Whether the fused kernels normalise `x`: by the batch of this process alone.
  func isFused(for x: Tensor, _ mode: ForwardMode) -> Bool {
    mode.usesBatchStatistics && (replicas?.worldSize ?? 1) == 1 && x.trainsFused
  }

  /// This norm for the fused kernels, which move its running statistics `moves` times; counts the batch as often.
  func fused(moves: Int, _ mode: ForwardMode) throws(TensorError) -> FusedNorm {
    for _ in 0..<moves { try countBatch() }
    return FusedNorm(
      weight: weight, bias: bias, runningMean: runningMean, runningVariance: runningVariance,
      momentum: mode.momentum, epsilon: Self.epsilon, moves: moves)
  }

  func countBatch() throws(TensorError) {
    try withoutGradient { () throws(TensorError) in
      try batchesTracked.assign(try batchesTracked + 1)
    }
  }
}
