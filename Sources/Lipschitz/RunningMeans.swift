public import TensorCore

/// Running means of the teacher's values, one for each pair of taps: m <- (1 - momentum) m + momentum mean(t), over the sum of
/// the weights that the means so far have in it.
public struct RunningMeans {
  /// Share of a batch.
  public static let momentum = 0.1

  /// [2, pairs]: the weighted sums and the sums of the weights. Whoever keeps the training's state keeps them.
  private let sums: Tensor
  private let replicas: ProcessGroup?

  /// Takes [2, pairs] zeros to move; where several replicas train together, all of them move alike.
  public init(sums: Tensor, replicas: ProcessGroup?) {
    self.sums = sums
    self.replicas = replicas
  }

  /// The mean after the teacher's `values` [N] of one pair, [1].
  func moved(by values: Tensor, pair: Int) throws(TensorError) -> Tensor {
    try withoutGradient { () throws(TensorError) in
      let mean = try values.mean().reshaped([1, 1])
      if let replicas, replicas.worldSize > 1 {
        try replicas.allReduce(mean)
        try mean.fill(try mean.scalar() / Double(replicas.worldSize))
      }
      let one = try Tensor.full(1, shape: [1, 1], dtype: try mean.dtype(), device: mean.device)
      let column = try sums.narrowed(axis: 1, start: pair, length: 1)
      try column.scaleAndAdd(
        scale: 1 - Self.momentum, try Tensor.concatenated([mean, one]), factor: Self.momentum)
      let sum = try column.narrowed(axis: 0, start: 0, length: 1)
      return try (try sum / (try column.narrowed(axis: 0, start: 1, length: 1))).reshaped([1])
    }
  }
}
