public import NeuralNet
public import TensorCore

/// ReviewKD (Chen et al. 2021): student maps are fused from the last tap to the first and every fusion is compared
/// with the teacher's map, whole and pooled to 4 x 4, 2 x 2 and one cell. Taps before their ReLU and the pooled
/// embedding as a last map, as in mdistiller.
public struct KnowledgeReview: FeatureLoss {
  private static let mostChannels = 512
  private static let pooledHeights = [4, 2, 1]
  /// Channels of a fusion at most, and the heights to which maps are pooled.
  public static let usualConstants = pooledHeights.enumerated().reduce(
    into: ["fusion_channels": Double(mostChannels)]
  ) { $0["pooled_height_\($1.offset + 1)"] = Double($1.element) }
  private let fusions: [Fusion]

  /// Registers `abfs.i.*`, from the last map to the first as in mdistiller.
  public init(student: any Network, teacher: any Network, store: ParameterStore)
    throws(TensorError)
  {
    let inputs = student.tapChannels + student.tapChannels.suffix(1)
    let outputs = teacher.tapChannels + teacher.tapChannels.suffix(1)
    let inner = min(Self.mostChannels, inputs[inputs.count - 1])
    var fusions: [Fusion] = []
    for (place, sizes) in zip(inputs, outputs).reversed().enumerated() {
      fusions.append(
        try Fusion(
          store.root / "abfs" / place, inputs: sizes.0, inner: inner, outputs: sizes.1,
          fuses: place > 0))
    }
    self.fusions = fusions
  }

  /// The loss over all maps.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    let (own, other) = try lesson.embeddings()
    let column = { (x: Tensor) throws(TensorError) in try x.reshaped([x.shape[0], -1, 1, 1]) }
    let students = lesson.student.taps + [try column(own)]
    let teachers = lesson.teacher.taps + [try column(other)]
    var pairs: [(Tensor, Tensor)] = []
    var above: Tensor?
    for (fusion, (x, target)) in zip(fusions, zip(students, teachers).reversed()) {
      let (result, residual) = try fusion(x, above: above, height: target.shape[2])
      pairs.append((result, target))
      above = residual
    }
    return try Self.contextLoss(pairs)
  }

  /// Hierarchical context loss, summed over pairs of maps [N, C, H, W].
  public static func contextLoss(_ pairs: [(Tensor, Tensor)]) throws(TensorError) -> Tensor {
    var terms: [Tensor] = []
    for (own, other) in pairs { terms.append(try contextLoss(own, try other.detached())) }
    return try Tensor.sum(terms)
  }

  private static func contextLoss(_ own: Tensor, _ other: Tensor) throws(TensorError) -> Tensor {
    var sum = try own.meanSquaredDistance(to: other)
    var (weight, weights) = (1.0, 1.0)
    for size in pooledHeights where size < own.shape[2] {
      weight /= 2
      weights += weight
      let pooled = try own.adaptiveAveragePooled(height: size, width: size)
      let target = try other.adaptiveAveragePooled(height: size, width: size)
      sum = try sum + (try pooled.meanSquaredDistance(to: target) * weight)
    }
    return try sum / weights
  }

  /// Attention-based fusion of a map with the one above it.
  public struct Fusion {
    private let reduce: (Conv2d, BatchNorm2d)
    private let expand: (Conv2d, BatchNorm2d)
    private let attention: Conv2d?

    /// Registers `conv1.*`, `conv2.*` and, where it fuses, `att_conv.*` under `path`. Convolutions start as
    /// PyTorch's do; mdistiller spreads them sqrt(3) times wider.
    public init(_ path: ParameterPath, inputs: Int, inner: Int, outputs: Int, fuses: Bool)
      throws(TensorError)
    {
      reduce = (
        try Conv2d(
          path / "conv1" / 0, inputs: inputs, outputs: inner, .init(kernel: 1), start: .uniform),
        try BatchNorm2d(path / "conv1" / 1, channels: inner)
      )
      expand = (
        try Conv2d(
          path / "conv2" / 0, inputs: inner, outputs: outputs, .init(kernel: 3, padding: 1),
          start: .uniform),
        try BatchNorm2d(path / "conv2" / 1, channels: outputs)
      )
      attention =
        fuses
        ? try Conv2d(
          path / "att_conv" / 0, inputs: 2 * inner, outputs: 2, .init(kernel: 1), start: .uniform,
          hasBias: true) : nil
    }

    /// The fusion as the teacher's map of `height`, and what the next one below takes.
    public func callAsFunction(_ x: Tensor, above: Tensor?, height: Int) throws(TensorError) -> (
      Tensor, residual: Tensor
    ) {
      var fused = try reduce.1(try reduce.0(x), .train)
      if let attention, let above {
        let resized = try above.resizedNearest(height: fused.shape[2], width: fused.shape[3])
        let shares = try attention(try Tensor.concatenated([fused, resized], axis: 1)).sigmoid()
        let first = try fused * (try shares.narrowed(axis: 1, start: 0, length: 1))
        fused = try first + (try resized * (try shares.narrowed(axis: 1, start: 1, length: 1)))
      }
      if fused.shape[2] != height {
        fused = try fused.resizedNearest(height: height, width: height)
      }
      return (try expand.1(try expand.0(fused), .train), fused)
    }
  }
}
