public import TensorCore

/// Maps [N, C, H, W] and, where a kernel took them while it wrote, their moments [2, C].
public struct MeasuredMap {
  /// [N, C, H, W]
  public let map: Tensor
  /// Mean and biased variance [2, C]; nil where nobody has taken them.
  public let moments: Tensor?

  /// Makes a map.
  public init(_ map: Tensor, moments: Tensor? = nil) {
    self.map = map
    self.moments = moments
  }

  /// Values per channel.
  public var count: Int { map.count / map.shape[1] }
}

extension Conv2d {
  /// The convolution in training, by the fused kernels where they take it.
  public func measured(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> MeasuredMap {
    guard mode.usesBatchStatistics, trainsFused, x.trainsFused else {
      return MeasuredMap(try self(x))
    }
    let (y, moments) = try x.fusedConvolved(weight: weight)
    return MeasuredMap(y, moments: moments)
  }

  /// conv(relu(norm(x))) + residual: in training in one pass by the fused kernels where they take it, else by one operation
  /// after the other.
  public func measured(
    _ x: MeasuredMap, behind norm: BatchNorm2d, residual: Tensor? = nil, _ mode: ForwardMode
  ) throws(TensorError) -> MeasuredMap {
    guard trainsFused, norm.isFused(for: x.map, mode) else {
      let y = try self(try norm.activated(x, mode))
      return MeasuredMap(try residual.map { residual throws(TensorError) in try residual + y } ?? y)
    }
    let (y, moments) = try x.map.fusedConvolved(
      weight: weight, norm: try norm.fused(moves: 1, mode), moments: x.moments, residual: residual)
    return MeasuredMap(y, moments: moments)
  }
}
