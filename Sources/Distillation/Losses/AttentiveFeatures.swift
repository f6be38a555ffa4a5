public import NeuralNet
public import TensorCore

/// Attention feature distillation (Wang et al. 2019, AFD) as in the Knowledge-Distillation-Zoo: squared distance of
/// the channels' maps, each over its norm, weighted by a trained squeeze-and-excitation attention on the teacher's
/// pooled map. The least documented of all methods.
///
/// The Zoo's networks have equal widths. A student of another width goes through a connector here.
public struct AttentiveFeatures: FeatureLoss {
  /// Channels between the convolutions of an attention, over the map's.
  public static let usualConstants = ["attention_factor": Attention.usualFactor]
  private let attentions: [Attention]
  private let connectors: [Connector?]

  /// Registers `attention.i.*`, and `connectors.i.*` where the widths differ.
  public init(student: any Network, teacher: any Network, store: ParameterStore)
    throws(TensorError)
  {
    var attentions: [Attention] = []
    var connectors: [Connector?] = []
    for (index, sizes) in zip(student.tapChannels, teacher.tapChannels).enumerated() {
      attentions.append(try Attention(store.root / "attention" / index, channels: sizes.1))
      connectors.append(
        sizes.0 == sizes.1
          ? nil
          : try Connector(store.root / "connectors" / index, inputs: sizes.0, outputs: sizes.1))
    }
    self.attentions = attentions
    self.connectors = connectors
  }

  /// The mean over all taps.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    var terms: [Tensor] = []
    for (index, attention) in attentions.enumerated() {
      let tap = lesson.student.taps[index]
      let own = if let connector = connectors[index] { try connector(tap, .train) } else { tap }
      terms.append(
        try Self.distance(try own.relu(), try lesson.teacher.taps[index].relu(), attention))
    }
    return try Tensor.sum(terms) / Double(terms.count)
  }

  /// The loss of one pair of maps [N, C, H, W].
  public static func distance(_ own: Tensor, _ other: Tensor, _ attention: Attention)
    throws(TensorError) -> Tensor
  {
    let (x, y) = try Tensor.pooledAlike(own, other.detached())
    let share = try attention(y)
    let distances = try (try unit(x) - (try unit(y))).squared().mean([2])
    return try (share * distances).sum([1]).mean()
  }

  /// [N, C, H W], every channel's map over its norm + 1e-6.
  private static func unit(_ x: Tensor) throws(TensorError) -> Tensor {
    let maps = try x.reshaped([x.shape[0], x.shape[1], -1])
    let norms = try maps.squared().sum([2], keepingAxes: true).atLeast(1e-30).squareRoot()
    return try maps / (norms + 1e-6)
  }

  /// Shares of the channels: sigmoid of 1 x 1 convolution, ReLU and 1 x 1 convolution of the pooled map, over
  /// their sum.
  public struct Attention {
    /// The Zoo's.
    public static let usualFactor = 1.0
    private let squeeze: Conv2d
    private let excite: Conv2d

    /// Registers `0.*` and `2.*` under `path`, with `factor` times the channels between them.
    public init(_ path: ParameterPath, channels: Int, factor: Double = usualFactor)
      throws(TensorError)
    {
      let inner = max(1, Int(Double(channels) * factor))
      squeeze = try Conv2d(
        path / 0, inputs: channels, outputs: inner, .init(kernel: 1), start: .uniform,
        hasBias: true)
      excite = try Conv2d(
        path / 2, inputs: inner, outputs: channels, .init(kernel: 1), start: .uniform,
        hasBias: true)
    }

    func callAsFunction(_ map: Tensor) throws(TensorError) -> Tensor {
      let pooled = try map.mean([2, 3], keepingAxes: true)
      let raw = try excite(try squeeze(pooled).relu()).sigmoid().flattened()
      return try raw / (try raw.sum([1], keepingAxes: true))
    }
  }
}
