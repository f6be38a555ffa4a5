public import NeuralNet
public import TensorCore

/// A loss between what two networks make of the same images, without parameters of its own.
public protocol FeatureLoss {
  /// The unweighted loss, a scalar; gradients flow to the student's tensors only. Taps are the networks'
  /// taps behind a ReLU, as the later layers see them.
  func callAsFunction(student: Features, teacher: Features, labels: Tensor) throws(TensorError)
    -> Tensor
}

/// Cross-entropy + weight * loss, with the weight raised linearly over the first epochs where a method does so.
public struct FeatureLossObjective: Objective {
  /// The network that is trained.
  public let student: any Classifier
  /// The network that it learns from.
  public var teacher: (any Classifier)? { source.network }
  /// There are none.
  public var connectors: ParameterStore? { nil }
  private let source: TeacherPass
  private let name: String
  private let loss: any FeatureLoss
  private let weight: Double
  private let warmUpEpochs: Int

  /// Distils with `weight` on `loss`, whose term is called `name`.
  public init(
    student: any Classifier, teacher: TeacherPass, name: String, loss: any FeatureLoss,
    weight: Double, warmUpEpochs: Int = 0
  ) {
    self.student = student
    self.source = teacher
    self.name = name
    self.loss = loss
    self.weight = weight
    self.warmUpEpochs = warmUpEpochs
  }

  /// The terms `ce` and the loss's.
  public func terms(_ batch: LabelledBatch, at position: StepPosition) throws(TensorError)
    -> [LossTerm]
  {
    let other = try Self.activated(try source.features(of: batch.images))
    let own = try student.features(of: batch.images, .train)
    let value = try loss(
      student: try Self.activated(own), teacher: other, labels: batch.labels)
    let rise = Double(position.epoch + 1) / Double(max(warmUpEpochs, 1))
    return [
      LossTerm("ce", try own.logits.crossEntropy(labels: batch.labels)),
      LossTerm(name, value, coefficient: weight * min(rise, 1)),
    ]
  }

  private static func activated(_ features: Features) throws(TensorError) -> Features {
    var taps: [Tensor] = []
    for tap in features.taps { taps.append(try tap.relu()) }
    return Features(taps: taps, logits: features.logits)
  }
}

extension Tensor {
  /// Divided along `axis` by the larger of the Euclidean norm and 1e-12, PyTorch's `normalize`.
  func normalised(axis: Int) throws(TensorError) -> Tensor {
    try self / (try squared().sum([axis], keepingAxes: true).atLeast(1e-24).squareRoot())
  }

  /// [N, everything else]
  func flattened() throws(TensorError) -> Tensor { try reshaped([shape[0], -1]) }

  /// Average-pools the taller of two maps to a square of the other one's height.
  static func pooledAlike(_ x: Tensor, _ y: Tensor) throws(TensorError) -> (Tensor, Tensor) {
    let (own, other) = (x.shape[2], y.shape[2])
    if own > other { return (try x.adaptiveAveragePooled(height: other, width: other), y) }
    if own < other { return (x, try y.adaptiveAveragePooled(height: own, width: own)) }
    return (x, y)
  }

  /// x²/2 where |x| < 1, |x| - 1/2 elsewhere.
  func smoothL1() throws(TensorError) -> Tensor {
    let size = try absolute()
    let beyond = try (size + -1).relu()
    return try (size - beyond).squared() * 0.5 + beyond
  }
}
