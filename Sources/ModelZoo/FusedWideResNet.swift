public import NeuralNet
public import TensorCore

/// A Wide ResNet that is only read, in the order of its fused kernels: batch norms and ReLUs are applied
/// while a convolution reads, sums and statistics are taken while it writes. Parameters and running
/// statistics are those of the network itself; the filters are taken when this is made.
struct FusedWideResNet: GraphFreeNetwork {
  /// A block's convolutions; the first one is absent where it is strided.
  private struct Filters {
    let first: FusedConvolution?
    let second: FusedConvolution
  }

  private let network: WideResNet
  private let filters: [[Filters]]

  init(_ network: WideResNet) throws(TensorError) {
    self.network = network
    var filters: [[Filters]] = []
    for stage in network.stages {
      var stageFilters: [Filters] = []
      for block in stage {
        stageFilters.append(
          Filters(
            first: block.conv1.canBeFused ? try block.conv1.fused() : nil,
            second: try block.conv2.fused()))
      }
      filters.append(stageFilters)
    }
    self.filters = filters
  }

  func logits(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
    try pass(images, mode, moves: 1).logits
  }

  func features(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Features {
    try pass(images, mode, moves: 2)
  }

  /// `moves`: how often the batch norms in front of taps move their running statistics.
  private func pass(_ images: Tensor, _ mode: ForwardMode, moves: Int) throws(TensorError)
    -> Features
  {
    var taps: [Tensor] = []
    var x = try measured(try network.stem(images), mode)
    for (stage, blocks) in network.stages.enumerated() {
      for (layer, block) in blocks.enumerated() {
        let isTap = stage > 0 && layer == 0
        if block.shortcut == nil {
          x = try plain(block, filters[stage][layer], x, mode)
        } else {
          let tap = try normalised(x, block.norm1, times: isTap ? moves : 1, mode)
          if isTap { taps.append(tap) }
          x = try widening(block, filters[stage][layer], try tap.relu(), mode)
        }
      }
    }
    let last = try normalised(x, network.norm, times: moves, mode)
    return Features(taps: taps + [last], logits: try network.classify(try last.relu()))
  }

  /// A block with the identity as its shortcut.
  private func plain(
    _ block: WideBlock, _ filters: Filters, _ x: MeasuredMap, _ mode: ForwardMode
  ) throws(TensorError) -> MeasuredMap {
    let map = try block.norm1.map(moments: x.moments, count: x.count, mode)
    let inner =
      if let first = filters.first {
        try convolved(x.map, first, map, mode)
      } else {
        try measured(try block.conv1(try activated(x.map, map)), mode)
      }
    return try second(block, filters, inner, residual: x.map, mode)
  }

  /// A block that changes the number of channels; `x` is behind its first activation.
  private func widening(
    _ block: WideBlock, _ filters: Filters, _ x: Tensor, _ mode: ForwardMode
  ) throws(TensorError) -> MeasuredMap {
    let inner =
      if let first = filters.first {
        try convolved(x, first, nil, mode)
      } else {
        try measured(try block.conv1(x), mode)
      }
    return try second(block, filters, inner, residual: try block.shortcut?(x), mode)
  }

  private func second(
    _ block: WideBlock, _ filters: Filters, _ inner: MeasuredMap, residual: Tensor?,
    _ mode: ForwardMode
  ) throws(TensorError) -> MeasuredMap {
    let map = try block.norm2.map(moments: inner.moments, count: inner.count, mode)
    return try convolved(inner.map, filters.second, map, residual: residual, mode)
  }

  private func convolved(
    _ x: Tensor, _ filter: FusedConvolution, _ map: ChannelMap?, residual: Tensor? = nil,
    _ mode: ForwardMode
  ) throws(TensorError) -> MeasuredMap {
    let (result, moments) = try filter(
      x, input: map, residual: residual, measured: mode.usesBatchStatistics)
    return MeasuredMap(result, moments: moments)
  }

  private func measured(_ x: Tensor, _ mode: ForwardMode) throws(TensorError) -> MeasuredMap {
    MeasuredMap(x, moments: mode.usesBatchStatistics ? try x.channelMoments() : nil)
  }

  private func normalised(
    _ x: MeasuredMap, _ norm: BatchNorm2d, times: Int, _ mode: ForwardMode
  ) throws(TensorError) -> Tensor {
    try x.map.mapped(try norm.map(moments: x.moments, count: x.count, times: times, mode))
  }

  private func activated(_ x: Tensor, _ map: ChannelMap) throws(TensorError) -> Tensor {
    try x.mapped(map).reluInPlace()
  }
}

extension WideResNet {
  /// The network in fused kernels, where they exist: channels-last float32 on a host that has kernels.
  public func graphFree() throws(TensorError) -> (any GraphFreeNetwork)? {
    guard
      store.device == .cpu, store.dtype == .float32, store.layout == .channelsLast,
      FusedConvolution.isSupported
    else { return nil }
    return try FusedWideResNet(self)
  }
}
