public import NeuralNet
public import TensorCore

/// Activation boundary (Heo et al. 2019, AB): a hinge on the sign of every neuron of the taps before their ReLU, the
/// student's behind connectors. It prepares the student's body; the classes are learnt afterwards.
///
/// Per element (s + 1)² where s > -1 and t <= 0, and (s - 1)² where s <= 1 and t > 0; summed, over the batch size,
/// times 3/1000; taps weighted 1 / 2^(n-i-1).
public struct ActivationBoundary: FeatureLoss {
  /// Where a neuron counts as safely on its side.
  public static let margin = 1.0
  private static let scale = 3.0 / 1000
  /// The margin and what the sum over an image is multiplied by.
  public static let usualConstants = ["margin": margin, "scale": scale]
  private let connectors: [SignConnector]

  /// Registers `connectors.i.conv.*` and `connectors.i.bn.*`.
  public init(student: any Network, teacher: any Network, store: ParameterStore)
    throws(TensorError)
  {
    var connectors: [SignConnector] = []
    for (index, sizes) in zip(student.tapChannels, teacher.tapChannels).enumerated() {
      connectors.append(
        try SignConnector(store.root / "connectors" / index, inputs: sizes.0, outputs: sizes.1))
    }
    self.connectors = connectors
  }

  /// The loss over all taps.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    var terms: [Tensor] = []
    for (index, connector) in connectors.enumerated() {
      let term = try Self.distance(
        try connector(lesson.student.taps[index]), lesson.teacher.taps[index])
      terms.append(try term / Double(1 << (connectors.count - index - 1)))
    }
    return try Tensor.sum(terms)
  }

  /// The loss of one pair of maps [N, C, H, W] before their ReLU, without its tap's weight.
  public static func distance(_ own: Tensor, _ other: Tensor) throws(TensorError) -> Tensor {
    let (x, y) = try Tensor.pooledAlike(own, other.detached())
    let isActive = try y.isGreater(than: 0).converted(to: try x.dtype())
    let below = try (x * -1 + margin).relu().squared()
    let above = try (x + margin).relu().squared()
    let sum = try (try isActive * below + (try (isActive * -1 + 1) * above)).sum()
    return try sum * (scale / Double(own.shape[0]))
  }

  /// 1 x 1 convolution with a bias and batch norm.
  public struct SignConnector {
    private let convolution: Conv2d
    private let norm: BatchNorm2d

    /// Registers `conv.*` and `bn.*` under `path`.
    public init(_ path: ParameterPath, inputs: Int, outputs: Int) throws(TensorError) {
      convolution = try Conv2d(
        path / "conv", inputs: inputs, outputs: outputs, .init(kernel: 1), start: .uniform,
        hasBias: true)
      norm = try BatchNorm2d(path / "bn", channels: outputs)
    }

    /// [N, C_student, H, W] to [N, C_teacher, H, W].
    public func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
      try norm(try convolution(x), .train)
    }
  }
}
