internal import CTorch

/// A 3 x 3 convolution of stride 1 with one zero of padding, without a graph, together with what stands
/// around it in a pre-activation network: the batch norm's affine map and ReLU in front, the residual sum
/// and the statistics for the next batch norm behind. One pass over memory instead of five.
///
/// Computed by Winograd's F(4 x 4, 3 x 3) in float32 on the host; the rounding error is several times
/// that of the direct sum. The filter is transformed once, so the weight must not change afterwards.
public struct FusedConvolution {
  /// Channels that the kernels handle at once; all channel numbers must be multiples of it.
  public static let channelGroup = 16

  /// Whether there are kernels for this CPU.
  public static var isSupported: Bool { KernelLevel.current != .none }

  private let filter: Tensor

  /// Transforms a weight [O, I, 3, 3].
  public init(weight: Tensor) throws(TensorError) {
    filter = try produce("fused filter") { ct_fused_filter(weight.pointer, $0) }
  }

  /// conv(relu(x * scale + shift)) + residual for channels-last [N, I, H, W], with a convolution of `x`
  /// itself where there is no `input` map; with `measured`, the moments [2, O] of the result.
  public func callAsFunction(
    _ x: Tensor, input map: ChannelMap? = nil, residual: Tensor? = nil, measured: Bool
  ) throws(TensorError) -> (Tensor, moments: Tensor?) {
    var moments: OpaquePointer?
    let result = try produce("fused convolution") { out in
      withUnsafeMutablePointer(to: &moments) {
        ct_fused_convolution(
          x.pointer, filter.pointer, map?.scale.pointer, map?.shift.pointer, residual?.pointer, out,
          measured ? $0 : nil)
      }
    }
    return (result, moments.map { Tensor(owning: $0) })
  }
}

/// x * scale + shift with one value [C] of each per channel.
public struct ChannelMap {
  /// [C]
  public let scale: Tensor
  /// [C]
  public let shift: Tensor

  /// Makes a map.
  public init(scale: Tensor, shift: Tensor) {
    self.scale = scale
    self.shift = shift
  }
}

extension Tensor {
  /// x * scale + shift for channels-last float32 maps on the host.
  public func mapped(_ map: ChannelMap) throws(TensorError) -> Tensor {
    try produce("channel map") {
      ct_channel_map(pointer, map.scale.pointer, map.shift.pointer, $0)
    }
  }

  /// Mean and biased variance [2, C] over all axes but 1; channels-last float32 on the host.
  public func channelMoments() throws(TensorError) -> Tensor {
    try produce("channel moments") { ct_channel_moments(pointer, $0) }
  }
}
