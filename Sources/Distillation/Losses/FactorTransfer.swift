public import NeuralNet
public import TensorCore

/// Factor transfer (Kim, Park and Kwak 2018) on the last tap: mean absolute distance of the student's factor, from
/// a translator, and the teacher's, from a paraphraser that was trained before to rebuild the teacher's map from
/// fewer channels. Each image's factor is divided by its norm.
public struct FactorTransfer: FeatureLoss {
  /// What of two factors is compared.
  public enum Form: Int, Hashable, Sendable {
    /// Everything, as the authors do.
    case whole = 1
    /// The mean over channels of the squares, as RepDistiller does.
    case energy = 2
  }

  /// The share of the teacher's channels in a factor, the slope of all leaky ReLUs, and the power of a factor that is
  /// compared.
  public static let usualConstants = [
    "paraphraser_rate": Paraphraser.usualRate, "slope": Translator.slope,
    "factor_power": Double(Form.whole.rawValue),
  ]

  private let paraphraser: Paraphraser
  private let translator: Translator

  /// Registers `translator.*`; `paraphraser` is the one of the preparation.
  public init(paraphraser: Paraphraser, student: any Network, store: ParameterStore)
    throws(TensorError)
  {
    self.paraphraser = paraphraser
    translator = try Translator(
      store.root / "translator", inputs: student.tapChannels[student.tapChannels.count - 1],
      outputs: paraphraser.factors)
  }

  /// The loss of the last taps.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    let (own, other) = try lesson.lastMaps()
    let target = try withoutGradient { () throws(TensorError) in try paraphraser.encode(other) }
    return try Self.distance(try translator(own), target)
  }

  /// The loss of factors [N, C, H, W].
  public static func distance(_ own: Tensor, _ other: Tensor, _ form: Form = .whole)
    throws(TensorError) -> Tensor
  {
    let (x, y) = try Tensor.pooledAlike(own, other.detached())
    return try (try unit(x, form) - (try unit(y, form))).absolute().mean()
  }

  private static func unit(_ factor: Tensor, _ form: Form) throws(TensorError) -> Tensor {
    let values = form == .whole ? factor : try factor.squared().mean([1])
    return try values.flattened().normalised(axis: 1)
  }
}

/// The teacher's side of factor transfer: three 3 x 3 convolutions down to `rate` of the channels and three
/// transposed ones back, each behind a leaky ReLU; no batch norm.
public struct Paraphraser {
  /// Channels of a factor.
  public let factors: Int
  /// The authors' share.
  public static let usualRate = 0.5
  private let encoder: [Conv2d]
  private let decoder: [TransposedConv2d]

  /// Registers `paraphraser.encoder.*` and `paraphraser.decoder.*`.
  public init(channels: Int, rate: Double = usualRate, store: ParameterStore) throws(TensorError) {
    factors = max(1, Int(Double(channels) * rate))
    let path = store.root / "paraphraser"
    let geometry = Conv2d.Geometry(kernel: 3, padding: 1)
    var encoder: [Conv2d] = []
    var decoder: [TransposedConv2d] = []
    for (place, sizes) in [(channels, channels), (channels, factors), (factors, factors)]
      .enumerated()
    {
      encoder.append(
        try Conv2d(
          path / "encoder" / (3 * place), inputs: sizes.0, outputs: sizes.1, geometry,
          start: .uniform, hasBias: true))
    }
    for (place, sizes) in [(factors, factors), (factors, channels), (channels, channels)]
      .enumerated()
    {
      decoder.append(
        try TransposedConv2d(
          path / "decoder" / (3 * place), inputs: sizes.0, outputs: sizes.1, geometry))
    }
    self.encoder = encoder
    self.decoder = decoder
  }

  /// [N, C, H, W] to its factor.
  public func encode(_ x: Tensor) throws(TensorError) -> Tensor {
    var x = x
    for layer in encoder { x = try layer(x).leakyRelu(slope: Translator.slope) }
    return x
  }

  /// A factor to [N, C, H, W].
  public func decode(_ factor: Tensor) throws(TensorError) -> Tensor {
    var x = factor
    for layer in decoder { x = try layer(x).leakyRelu(slope: Translator.slope) }
    return x
  }
}

/// What the paraphraser is trained with before: mean squared distance of the teacher's last tap and its
/// reconstruction (RepDistiller; the authors' own code takes the absolute distance).
public struct ParaphraserLoss: FeatureLoss {
  /// The taps; the student takes no part.
  public var inputs: LossInputs { .taps }
  private let paraphraser: Paraphraser

  /// A loss of this paraphraser.
  public init(_ paraphraser: Paraphraser) { self.paraphraser = paraphraser }

  /// The loss of the teacher's last tap.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    try reconstruction(lesson.teacher.taps[lesson.teacher.taps.count - 1].relu())
  }

  /// The loss of a map [N, C, H, W].
  public func reconstruction(_ map: Tensor) throws(TensorError) -> Tensor {
    let target = try map.detached()
    return try paraphraser.decode(try paraphraser.encode(target)).meanSquaredDistance(to: target)
  }
}

/// The student's side of factor transfer: three times 3 x 3 convolution, batch norm and leaky ReLU.
public struct Translator {
  static let slope = 0.1
  private let layers: [(convolution: Conv2d, norm: BatchNorm2d)]

  /// Registers `encoder.0`, `.1`, `.3`, `.4`, `.6` and `.7` under `path`.
  public init(_ path: ParameterPath, inputs: Int, outputs: Int) throws(TensorError) {
    var layers: [(Conv2d, BatchNorm2d)] = []
    for (place, sizes) in [(inputs, inputs), (inputs, outputs), (outputs, outputs)].enumerated() {
      layers.append(
        (
          try Conv2d(
            path / "encoder" / (3 * place), inputs: sizes.0, outputs: sizes.1,
            .init(kernel: 3, padding: 1), start: .uniform, hasBias: true),
          try BatchNorm2d(path / "encoder" / (3 * place + 1), channels: sizes.1)
        ))
    }
    self.layers = layers
  }

  /// [N, C_student, H, W] to a factor.
  public func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
    var x = x
    for (convolution, norm) in layers {
      x = try norm(try convolution(x), .train).leakyRelu(slope: Self.slope)
    }
    return x
  }
}
