public import TensorCore

extension BatchNorm2d {
  /// The norm as a map of channels, for a kernel that applies it while reading.
  ///
  /// In a mode with batch statistics `moments` [2, C], over `count` values per channel, normalise and
  /// move the running statistics, `times` times; otherwise the running ones normalise.
  public func map(
    moments: Tensor?, count: Int, times: Int = 1, _ mode: ForwardMode
  ) throws(TensorError) -> ChannelMap {
    guard mode.usesBatchStatistics, let moments else {
      return try map(mean: runningMean, variance: runningVariance)
    }
    let mean = try moments.row(0)
    let variance = try moments.row(1)
    let m = mode.momentum
    let unbiased = Double(count) / Double(max(count - 1, 1))
    for _ in 0..<times {
      try runningMean.scaleAndAdd(scale: 1 - m, mean, factor: m)
      try runningVariance.scaleAndAdd(scale: 1 - m, variance, factor: m * unbiased)
      try countBatch()
    }
    return try map(mean: mean, variance: variance)
  }

  private func map(mean: Tensor, variance: Tensor) throws(TensorError) -> ChannelMap {
    let scale = try weight * (try (try variance + Self.epsilon).power(-0.5))
    return ChannelMap(scale: scale, shift: try bias - (try mean * scale))
  }
}

extension Tensor {
  fileprivate func row(_ index: Int) throws(TensorError) -> Tensor {
    try narrowed(axis: 0, start: index, length: 1).reshaped([-1])
  }
}
