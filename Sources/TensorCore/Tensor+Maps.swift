internal import CTorch

extension Tensor {
  /// [N, C, H, W] resized to [N, C, height, width] by bilinear interpolation in which the corner pixels of both maps lie
  /// on each other (`align_corners` in PyTorch). `inOrder` sums the gradient in a fixed order, which libtorch's kernels do
  /// on the host alone; without it so on every other device.
  public func resizedBilinear(
    height: Int, width: Int, inOrder: Bool? = nil
  ) throws(TensorError) -> Tensor {
    try produce("bilinear resize") {
      ct_resize_bilinear(pointer, Int64(height), Int64(width), inOrder ?? (device != .cpu), $0)
    }
  }

  /// [N, 1, H, W]: the sum over the channels of [N, C, H, W], each times its weight of `weights` [N, 1, C].
  public func weighingChannels(by weights: Tensor) throws(TensorError) -> Tensor {
    try produce("weighted channels") { ct_weigh_channels(pointer, weights.pointer, $0) }
  }

  /// [N, C, H, W] with `amount` zeros on every side.
  public func padded(_ amount: Int) throws(TensorError) -> Tensor {
    try produce("pad") { ct_pad(pointer, Int64(amount), $0) }
  }

  /// Zero with `probability`, the element over what is left of 1 elsewhere; the choice follows from `seed` alone.
  public func droppingOut(probability: Double, seed: UInt64) throws(TensorError) -> Tensor {
    try produce("dropout") { ct_dropout(pointer, probability, seed, $0) }
  }

  /// Mean cross-entropy in nats of logits [N, C, H, W] over the pixels of int64 `labels` [N, H, W] that are not `ignored`;
  /// 0 where there are none.
  public func pixelCrossEntropy(labels: Tensor, ignoring ignored: Int) throws(TensorError) -> Tensor
  {
    try produce("pixel cross entropy") {
      ct_pixel_cross_entropy(pointer, labels.pointer, Int64(ignored), $0)
    }
  }

  /// Positions of the largest elements along `axis`, which has at most 256, as uint8; the first of equals.
  public func largestPosition(axis: Int) throws(TensorError) -> Tensor {
    try produce("largest position") { ct_largest_position(pointer, Int64(axis), $0) }
  }
}
