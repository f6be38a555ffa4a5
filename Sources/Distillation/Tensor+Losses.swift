import TensorCore

/// What several losses share.
extension Tensor {
  /// Divided along `axis` by the larger of the Euclidean norm and 1e-12, PyTorch's `normalize`.
  func normalised(axis: Int) throws(TensorError) -> Tensor {
    try self / (try squared().sum([axis], keepingAxes: true).atLeast(1e-24).squareRoot())
  }

  /// [N, everything else]
  func flattened() throws(TensorError) -> Tensor { try reshaped([shape[0], -1]) }

  /// Mean over all elements of the squared difference.
  func meanSquaredDistance(to other: Tensor) throws(TensorError) -> Tensor {
    try (self - other).squared().mean()
  }

  /// Average-pools the taller of two maps to a square of the other one's height.
  static func pooledAlike(_ x: Tensor, _ y: Tensor) throws(TensorError) -> (Tensor, Tensor) {
    let (own, other) = (x.shape[2], y.shape[2])
    if own > other { return (try x.adaptiveAveragePooled(height: other, width: other), y) }
    if own < other { return (x, try y.adaptiveAveragePooled(height: own, width: own)) }
    return (x, y)
  }

  /// p (log p - log q) per class for p = softmax(teacher / T) and q = softmax(self / T) along `axis`, in the logits' shape:
  /// summed over classes it is KL(p || q) in nats. Gradients flow to `self` only.
  func softened(against teacher: Tensor, temperature: Double, axis: Int = -1) throws(TensorError)
    -> Tensor
  {
    let own = try (self / temperature).logSoftmax(axis: axis)
    let other = try (try teacher.detached() / temperature).logSoftmax(axis: axis)
    return try other.exponential() * (try other - own)
  }

  /// x²/2 where |x| < 1, |x| - 1/2 elsewhere.
  func smoothL1() throws(TensorError) -> Tensor {
    let size = try absolute()
    let inner = try size.atMost(1)
    return try (try inner.squared() * 0.5) + (try size - inner)
  }

  /// 1 where the column of logits [N, classes] is the row's class in int64 `labels` [N], else 0; stays on the
  /// device.
  func classMask(_ labels: Tensor) throws(TensorError) -> Tensor {
    let classes = try Tensor((0..<shape[1]).map(Int64.init), shape: [1, shape[1]], device: device)
    return try labels.reshaped([-1, 1]).isEqual(to: classes).converted(to: try dtype())
  }

  /// Sum over the batch of the true classes' logits; each one's gradient reaches its own image only.
  func trueClassSum(_ labels: Tensor) throws(TensorError) -> Tensor {
    try (self * (try classMask(labels))).sum()
  }
}
