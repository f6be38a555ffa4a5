public import TensorCore

/// Two neighbouring feature maps of one network, whose module the transmitting matrix summarises.
///
/// The transmitting matrix of an image is G = F_i F_{i+1}ᵀ / (H W), [C_i, C_{i+1}], after F_i was
/// adaptively average-pooled to the size of F_{i+1} where it is taller (released code, 16 September 2021).
/// It bounds nothing: it is the quantity that the paper calls the module's Lipschitz constant.
public struct FeaturePair {
  /// [N, C_i, P], pooled
  public let front: Tensor
  /// [N, C_{i+1}, P]
  public let back: Tensor
  /// The maps [N, C, H, W] before pooling; nil for a merged batch.
  private let maps: (front: Tensor, back: Tensor)?

  /// Pools and flattens maps [N, C_i, H_i, W_i] and [N, C_{i+1}, H_{i+1}, W_{i+1}].
  ///
  /// As in the released code only the heights decide whether to pool; maps of equal height and unequal
  /// width are an error. A back map that is finer than the front one, as behind a decoder, is pooled to it; the released
  /// code has no such pair.
  public init(front: Tensor, back: Tensor) throws(TensorError) {
    let (before, after) = (front.shape, back.shape)
    guard before.count == 4, after.count == 4, before[0] == after[0] else {
      throw TensorError(
        operation: "transmitting matrix", code: .refused,
        message: "needs two image batches of one size, got \(before) and \(after)")
    }
    let (first, second) = try Self.pooled(front, back)
    self.front = try first.reshaped([before[0], before[1], -1])
    self.back = try second.reshaped([after[0], after[1], -1])
    maps = (front, back)
    guard self.front.shape[2] == self.back.shape[2] else {
      throw TensorError(
        operation: "transmitting matrix", code: .refused,
        message: "feature maps \(before) and \(after) do not match after pooling")
    }
  }

  private init(merged front: Tensor, _ back: Tensor) {
    self.front = front
    self.back = back
    maps = nil
  }

  /// The batch as one image of N times the positions: its matrix is the mean of the images' ones.
  public func mergedBatch() throws(TensorError) -> FeaturePair {
    func merged(_ x: Tensor) throws(TensorError) -> Tensor {
      try x.transposed(0, 1).reshaped([1, x.shape[1], -1])
    }
    return FeaturePair(merged: try merged(front), try merged(back))
  }

  /// uᵀ G v [N] of constant rows u [N, 1, C_i] and v [N, 1, C_{i+1}].
  ///
  /// Taken from the maps before pooling, because a sum over channels and a mean over positions commute: the gradient of a
  /// map is then one outer product, without that of a pooling of all channels.
  func form(_ left: Tensor, _ right: Tensor) throws(TensorError) -> Tensor {
    guard let maps else {
      let products = try (try left.matrixProduct(front)) * (try right.matrixProduct(back))
      return try products.sum([1, 2]) / Double(positions)
    }
    let (first, second) = try Self.pooled(
      try maps.front.weighingChannels(by: left), try maps.back.weighingChannels(by: right))
    return try (try first * second).sum([1, 2, 3]) / Double(positions)
  }

  /// The taller of two maps pooled to the other's size.
  private static func pooled(_ front: Tensor, _ back: Tensor) throws(TensorError) -> (
    Tensor, Tensor
  ) {
    let (before, after) = (front.shape, back.shape)
    if before[2] > after[2] {
      return (try front.adaptiveAveragePooled(height: after[2], width: after[3]), back)
    }
    if before[2] < after[2] {
      return (front, try back.adaptiveAveragePooled(height: before[2], width: before[3]))
    }
    return (front, back)
  }

  /// Number of positions H W of the back map.
  public var positions: Int { back.shape[2] }

  /// G [N, C_i, C_{i+1}].
  public func transmittingMatrix() throws(TensorError) -> Tensor {
    try front.matrixProduct(try back.transposed()) / Double(positions)
  }
}
